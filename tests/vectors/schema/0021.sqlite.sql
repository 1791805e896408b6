BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0021');
CREATE TABLE audit_checkpoint (
	seq BIGINT NOT NULL, 
	day INTEGER NOT NULL, 
	receipt TEXT NOT NULL, 
	signature VARCHAR(128) NOT NULL, 
	CONSTRAINT pk_audit_checkpoint PRIMARY KEY (seq)
);
INSERT INTO "audit_checkpoint" VALUES(1,1,'{"n":1}','signature-1');
INSERT INTO "audit_checkpoint" VALUES(2,2,'{"n":2}','signature-2');
CREATE TABLE audit_head (
	id INTEGER NOT NULL, 
	seq BIGINT NOT NULL, 
	hash BLOB NOT NULL, 
	header TEXT DEFAULT '' NOT NULL, 
	header_seq BIGINT DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_audit_head PRIMARY KEY (id)
);
INSERT INTO "audit_head" VALUES(1,4,X'A94516765E8720520D66E151A7688F803D5DAE76C8040FB1B3236A05E1486569','',0);
CREATE TABLE audit_log (
	id INTEGER NOT NULL, 
	at FLOAT NOT NULL, 
	actor VARCHAR(100) NOT NULL, 
	act VARCHAR(100) NOT NULL, 
	subject VARCHAR(250) NOT NULL, seq BIGINT, salt BLOB, commitment BLOB, previous BLOB, hash BLOB, body TEXT, 
	CONSTRAINT pk_audit_log PRIMARY KEY (id)
);
INSERT INTO "audit_log" VALUES(1,1744300000.0,'old-0','sign-in','',1,X'2CBBD9CB101A14085A5D545B5DFDA711',X'BE91693D45CE2BF4BFECE877951E79686BE57A147C66835EE87020B78A2ED7FB',X'0000000000000000000000000000000000000000000000000000000000000000',X'6BC892849525FD08025E6162C0DF30079B234946D2507831D651DB571542B773',NULL);
INSERT INTO "audit_log" VALUES(2,1744300001.0,'old-1','sign-in','',2,X'C5B82763C82972FFAF64C8CFC51B0C73',X'B6FF982A5DD59BA5CAB8B5819D14FE57EC2DB33141E2CF1965ECAE8D7AEDE1D3',X'6BC892849525FD08025E6162C0DF30079B234946D2507831D651DB571542B773',X'94655587DB1FE24A3249CA71F166A657D3429FC002AC51A011D08EF6B651BD01',NULL);
INSERT INTO "audit_log" VALUES(3,1744300002.0,'old-2','sign-in','',3,X'046EEE5B9CAD581391F6E044E3B4CD19',X'921164717A2B3D3A6DDB9010343F0F5B7D9E3F26132273FE781E53EC4E39D586',X'94655587DB1FE24A3249CA71F166A657D3429FC002AC51A011D08EF6B651BD01',X'7DDE94B9E301AE15B3378CE87648A69980A769A7CAA80B4CA704F94C428F94B4',NULL);
INSERT INTO "audit_log" VALUES(4,1744300002.0,'endpoint','audit.chained','3',4,X'20C68DC67E5A39A3C3B6C179EC0CFEA7',X'B7ECF05F8BBC04A71B29E6A1D640C317C6F81CD7606891FDC97B256009AF6F52',X'7DDE94B9E301AE15B3378CE87648A69980A769A7CAA80B4CA704F94C428F94B4',X'A94516765E8720520D66E151A7688F803D5DAE76C8040FB1B3236A05E1486569',NULL);
CREATE TABLE batch_asset (
	code INTEGER NOT NULL, 
	asset VARCHAR(100) NOT NULL, 
	CONSTRAINT pk_batch_asset PRIMARY KEY (code, asset), 
	CONSTRAINT fk_batch_asset_code FOREIGN KEY(code) REFERENCES batch_code (id)
);
INSERT INTO "batch_asset" VALUES(1,'asset-1');
INSERT INTO "batch_asset" VALUES(2,'asset-2');
CREATE TABLE batch_code (
	id INTEGER NOT NULL, 
	hash BLOB NOT NULL, 
	team INTEGER NOT NULL, 
	made_by VARCHAR(100) NOT NULL, 
	made_at FLOAT NOT NULL, 
	expires_at FLOAT NOT NULL, 
	most INTEGER NOT NULL, 
	used INTEGER DEFAULT '0' NOT NULL, 
	confirm BOOLEAN NOT NULL, 
	revoked_by VARCHAR(100), 
	revoked_at FLOAT, role VARCHAR(10), 
	CONSTRAINT pk_batch_code PRIMARY KEY (id), 
	CONSTRAINT fk_batch_code_team FOREIGN KEY(team) REFERENCES team (id), 
	CONSTRAINT uq_batch_code_hash UNIQUE (hash)
);
INSERT INTO "batch_code" VALUES(1,X'0101010101010101010101010101010101010101010101010101010101010101',1,'made_by-1',1790200000.0,1790200000.0,1,1,1,'revoked_by-1',1790200000.0,'role-1');
INSERT INTO "batch_code" VALUES(2,X'0202020202020202020202020202020202020202020202020202020202020202',2,'made_by-2',1792900000.0,1792900000.0,2,2,0,NULL,NULL,NULL);
CREATE TABLE batch_use (
	code INTEGER NOT NULL, 
	device VARCHAR(64) NOT NULL, 
	at FLOAT NOT NULL, 
	asset VARCHAR(100), 
	CONSTRAINT pk_batch_use PRIMARY KEY (code, device), 
	CONSTRAINT fk_batch_use_code FOREIGN KEY(code) REFERENCES batch_code (id)
);
INSERT INTO "batch_use" VALUES(1,'device-1',1790200000.0,'asset-1');
INSERT INTO "batch_use" VALUES(2,'device-2',1792900000.0,NULL);
CREATE TABLE break_glass (
	id INTEGER NOT NULL, 
	device VARCHAR(64) NOT NULL, 
	hash BLOB NOT NULL, 
	reason VARCHAR(250) NOT NULL, 
	made_by VARCHAR(100) NOT NULL, 
	made_at FLOAT NOT NULL, 
	until FLOAT NOT NULL, 
	used_at FLOAT, 
	used_by VARCHAR(200), 
	CONSTRAINT pk_break_glass PRIMARY KEY (id), 
	CONSTRAINT fk_break_glass_device FOREIGN KEY(device) REFERENCES device (id)
);
INSERT INTO "break_glass" VALUES(1,'id-1',X'0101010101010101010101010101010101010101010101010101010101010101','reason-1','made_by-1',1790200000.0,1790200000.0,1790200000.0,'used_by-1');
INSERT INTO "break_glass" VALUES(2,'id-2',X'0202020202020202020202020202020202020202020202020202020202020202','reason-2','made_by-2',1792900000.0,1792900000.0,NULL,NULL);
CREATE TABLE challenge (
	value BLOB NOT NULL, 
	owner VARCHAR(250) NOT NULL, 
	until FLOAT NOT NULL, 
	CONSTRAINT pk_challenge PRIMARY KEY (value)
);
INSERT INTO "challenge" VALUES(X'0101010101010101010101010101010101010101010101010101010101010101','owner-1',1790200000.0);
INSERT INTO "challenge" VALUES(X'0202020202020202020202020202020202020202020202020202020202020202','owner-2',1792900000.0);
CREATE TABLE desk_person (
	user VARCHAR(200) NOT NULL, 
	device VARCHAR(64) NOT NULL, 
	at FLOAT NOT NULL, 
	CONSTRAINT pk_desk_person PRIMARY KEY (user, device), 
	CONSTRAINT fk_desk_person_device FOREIGN KEY(device) REFERENCES device (id)
);
INSERT INTO "desk_person" VALUES('user-1','id-1',1790200000.0);
INSERT INTO "desk_person" VALUES('user-2','id-2',1792900000.0);
CREATE TABLE desk_use (
	id INTEGER NOT NULL, 
	device VARCHAR(64) NOT NULL, 
	person VARCHAR(40) NOT NULL, 
	begun_at FLOAT NOT NULL, 
	last_at FLOAT NOT NULL, 
	CONSTRAINT pk_desk_use PRIMARY KEY (id), 
	CONSTRAINT fk_desk_use_device FOREIGN KEY(device) REFERENCES device (id)
);
INSERT INTO "desk_use" VALUES(1,'id-1','person-1',1790200000.0,1790200000.0);
INSERT INTO "desk_use" VALUES(2,'id-2','person-2',1792900000.0,1792900000.0);
CREATE TABLE device (
	id VARCHAR(64) NOT NULL, 
	team INTEGER NOT NULL, 
	label VARCHAR(200) NOT NULL, 
	system VARCHAR(200) NOT NULL, 
	public_key BLOB NOT NULL, 
	enrolled_at FLOAT NOT NULL, 
	status VARCHAR(20) DEFAULT 'active' NOT NULL, 
	epoch BIGINT DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_device PRIMARY KEY (id), 
	CONSTRAINT fk_device_team FOREIGN KEY(team) REFERENCES team (id), 
	CONSTRAINT uq_device_public_key UNIQUE (public_key)
);
INSERT INTO "device" VALUES('id-1',1,'label-1','system-1',X'0101010101010101010101010101010101010101010101010101010101010101',1790200000.0,'status-1',1);
INSERT INTO "device" VALUES('id-2',2,'label-2','system-2',X'0202020202020202020202020202020202020202020202020202020202020202',1792900000.0,'status-2',2);
CREATE TABLE device_identity (
	device VARCHAR(64) NOT NULL, 
	key_since FLOAT NOT NULL, 
	key_place VARCHAR(40) NOT NULL, 
	asset VARCHAR(100) NOT NULL, 
	asked_at FLOAT NOT NULL, 
	replaces VARCHAR(64), 
	decided_by VARCHAR(100), 
	decided_at FLOAT, role VARCHAR(10), 
	CONSTRAINT pk_device_identity PRIMARY KEY (device), 
	CONSTRAINT fk_device_identity_device FOREIGN KEY(device) REFERENCES device (id)
);
INSERT INTO "device_identity" VALUES('id-1',1790200000.0,'key_place-1','asset-1',1790200000.0,'replaces-1','decided_by-1',1790200000.0,'role-1');
INSERT INTO "device_identity" VALUES('id-2',1792900000.0,'key_place-2','asset-2',1792900000.0,NULL,NULL,NULL,NULL);
CREATE TABLE device_key (
	public_key BLOB NOT NULL, 
	device VARCHAR(64) NOT NULL, 
	until FLOAT NOT NULL, followed_at FLOAT, 
	CONSTRAINT pk_device_key PRIMARY KEY (public_key), 
	CONSTRAINT fk_device_key_device FOREIGN KEY(device) REFERENCES device (id)
);
INSERT INTO "device_key" VALUES(X'0101010101010101010101010101010101010101010101010101010101010101','id-1',1790200000.0,1790200000.0);
INSERT INTO "device_key" VALUES(X'0202020202020202020202020202020202020202020202020202020202020202','id-2',1792900000.0,NULL);
CREATE TABLE device_run (
	device VARCHAR(64) NOT NULL, 
	run VARCHAR(64) NOT NULL, 
	begun_at FLOAT NOT NULL, 
	goodbye VARCHAR(20) DEFAULT '' NOT NULL, 
	goodbye_at FLOAT, claimed VARCHAR(20) DEFAULT '' NOT NULL, claimed_at FLOAT, 
	CONSTRAINT pk_device_run PRIMARY KEY (device, run), 
	CONSTRAINT fk_device_run_device FOREIGN KEY(device) REFERENCES device (id)
);
INSERT INTO "device_run" VALUES('id-1','run-1',1790200000.0,'goodbye-1',1790200000.0,'claimed-1',1790200000.0);
INSERT INTO "device_run" VALUES('id-2','run-2',1792900000.0,'goodbye-2',NULL,'claimed-2',NULL);
CREATE TABLE device_seen (
	device VARCHAR(64) NOT NULL, 
	seq BIGINT NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	last_seen FLOAT NOT NULL, 
	skew FLOAT NOT NULL, 
	locked BOOLEAN NOT NULL, 
	in_call BOOLEAN NOT NULL, 
	waiting INTEGER NOT NULL, 
	agent VARCHAR(50) NOT NULL, 
	policy VARCHAR(200) NOT NULL, 
	policy_digest VARCHAR(128) NOT NULL, run VARCHAR(64) DEFAULT '' NOT NULL, stored_until FLOAT DEFAULT '0' NOT NULL, linked BIGINT, 
	CONSTRAINT pk_device_seen PRIMARY KEY (device), 
	CONSTRAINT fk_device_seen_device FOREIGN KEY(device) REFERENCES device (id)
);
INSERT INTO "device_seen" VALUES('id-1',1,'hash-1',1790200000.0,1790200000.0,1,1,1,'agent-1','policy-1','policy_digest-1','run-1',1790200000.0,1);
INSERT INTO "device_seen" VALUES('id-2',2,'hash-2',1792900000.0,1792900000.0,0,0,2,'agent-2','policy-2','policy_digest-2','run-2',1792900000.0,NULL);
CREATE TABLE device_standing (
	device VARCHAR(64) NOT NULL, 
	rank SMALLINT NOT NULL, 
	severity SMALLINT NOT NULL, 
	since FLOAT NOT NULL, 
	CONSTRAINT pk_device_standing PRIMARY KEY (device), 
	CONSTRAINT fk_device_standing_device FOREIGN KEY(device) REFERENCES device (id)
)
 WITHOUT ROWID

;
INSERT INTO "device_standing" VALUES('id-1',1,1,1790200000.0);
INSERT INTO "device_standing" VALUES('id-2',2,2,1792900000.0);
CREATE TABLE endpoint_sign (
	id INTEGER NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	times BIGINT NOT NULL, 
	opened_at FLOAT NOT NULL, 
	last_at FLOAT NOT NULL, 
	signed_by VARCHAR(100), 
	signed_at FLOAT, 
	note TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_endpoint_sign PRIMARY KEY (id)
);
INSERT INTO "endpoint_sign" VALUES(1,'kind-1',1,1790200000.0,1790200000.0,'signed_by-1',1790200000.0,'{"n":1}');
INSERT INTO "endpoint_sign" VALUES(2,'kind-2',2,1792900000.0,1792900000.0,NULL,NULL,'{"n":2}');
CREATE TABLE enrol_code (
	hash BLOB NOT NULL, 
	team INTEGER NOT NULL, 
	made_by VARCHAR(100) NOT NULL, 
	made_at FLOAT NOT NULL, 
	expires_at FLOAT NOT NULL, 
	used_at FLOAT, 
	used_by VARCHAR(64), role VARCHAR(10), 
	CONSTRAINT pk_enrol_code PRIMARY KEY (hash), 
	CONSTRAINT fk_enrol_code_team FOREIGN KEY(team) REFERENCES team (id)
);
INSERT INTO "enrol_code" VALUES(X'0101010101010101010101010101010101010101010101010101010101010101',1,'made_by-1',1790200000.0,1790200000.0,1790200000.0,'used_by-1','role-1');
INSERT INTO "enrol_code" VALUES(X'0202020202020202020202020202020202020202020202020202020202020202',2,'made_by-2',1792900000.0,1792900000.0,NULL,NULL,NULL);
CREATE TABLE event (
	device VARCHAR(64) NOT NULL, 
	epoch BIGINT NOT NULL, 
	seq BIGINT NOT NULL, 
	kind VARCHAR(100) NOT NULL, 
	at FLOAT NOT NULL, 
	received_at FLOAT NOT NULL, 
	digest BLOB NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_event PRIMARY KEY (device, epoch, seq), 
	CONSTRAINT fk_event_device FOREIGN KEY(device) REFERENCES device (id)
);
INSERT INTO "event" VALUES('id-1',1,1,'lesson.answered',1790200000.0,1790200000.0,X'0101010101010101010101010101010101010101010101010101010101010101','{"n":1}');
INSERT INTO "event" VALUES('id-2',2,2,'session.locked',1792900000.0,1792900000.0,X'0202020202020202020202020202020202020202020202020202020202020202','{"n":2}');
CREATE TABLE factor_invite (
	id INTEGER NOT NULL, 
	device VARCHAR(64) NOT NULL, 
	owner VARCHAR(200) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	made_by VARCHAR(100) NOT NULL, 
	made_at FLOAT NOT NULL, 
	until FLOAT NOT NULL, 
	used_at FLOAT, 
	CONSTRAINT pk_factor_invite PRIMARY KEY (id), 
	CONSTRAINT fk_factor_invite_device FOREIGN KEY(device) REFERENCES device (id)
);
INSERT INTO "factor_invite" VALUES(1,'id-1','owner-1','hash-1','made_by-1',1790200000.0,1790200000.0,1790200000.0);
INSERT INTO "factor_invite" VALUES(2,'id-2','owner-2','hash-2','made_by-2',1792900000.0,1792900000.0,NULL);
CREATE TABLE factor_reset (
	id INTEGER NOT NULL, 
	realm VARCHAR(20) NOT NULL, 
	owner VARCHAR(200) NOT NULL, 
	reason VARCHAR(250) NOT NULL, 
	asked_by VARCHAR(100) NOT NULL, 
	asked_at FLOAT NOT NULL, 
	ruled_by VARCHAR(100), 
	ruled_at FLOAT, 
	done BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_factor_reset PRIMARY KEY (id)
);
INSERT INTO "factor_reset" VALUES(1,'realm-1','owner-1','reason-1','asked_by-1',1790200000.0,'ruled_by-1',1790200000.0,1);
INSERT INTO "factor_reset" VALUES(2,'realm-2','owner-2','reason-2','asked_by-2',1792900000.0,NULL,NULL,0);
CREATE TABLE feed_outbox (
	id INTEGER NOT NULL, 
	source VARCHAR(200) NOT NULL, 
	at FLOAT NOT NULL, 
	kept_at FLOAT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_feed_outbox PRIMARY KEY (id), 
	CONSTRAINT uq_feed_outbox_source UNIQUE (source)
);
INSERT INTO "feed_outbox" VALUES(1,'source-1',1790200000.0,1790200000.0,'{"n":1}');
INSERT INTO "feed_outbox" VALUES(2,'source-2',1792900000.0,1792900000.0,'{"n":2}');
CREATE TABLE feed_state (
	feed VARCHAR(60) NOT NULL, 
	sent BIGINT NOT NULL, 
	tries INTEGER DEFAULT '0' NOT NULL, 
	next_at FLOAT DEFAULT '0' NOT NULL, 
	failing_since FLOAT, 
	problem VARCHAR(200) DEFAULT '' NOT NULL, 
	dropped BIGINT DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_feed_state PRIMARY KEY (feed)
);
INSERT INTO "feed_state" VALUES('feed-1',1,1,1790200000.0,1790200000.0,'problem-1',1);
INSERT INTO "feed_state" VALUES('feed-2',2,2,1792900000.0,NULL,'problem-2',2);
CREATE TABLE finding (
	id INTEGER NOT NULL, 
	device VARCHAR(64) NOT NULL, 
	"check" VARCHAR(100) NOT NULL, 
	subject VARCHAR(128) NOT NULL, 
	severity VARCHAR(20) NOT NULL, 
	message VARCHAR(200) NOT NULL, 
	params TEXT NOT NULL, 
	hits TEXT NOT NULL, 
	place VARCHAR(200) NOT NULL, 
	opened_at FLOAT NOT NULL, 
	closed_at FLOAT, 
	CONSTRAINT pk_finding PRIMARY KEY (id), 
	CONSTRAINT fk_finding_device FOREIGN KEY(device) REFERENCES device (id)
);
INSERT INTO "finding" VALUES(1,'id-1','check-1','subject-1','severity-1','message-1','{"n":1}','{"n":1}','place-1',1790200000.0,1790200000.0);
INSERT INTO "finding" VALUES(2,'id-2','check-2','subject-2','severity-2','message-2','{"n":2}','{"n":2}','place-2',1792900000.0,NULL);
CREATE TABLE incident (
	id INTEGER NOT NULL, 
	device VARCHAR(64) NOT NULL, 
	category VARCHAR(100) NOT NULL, 
	note TEXT NOT NULL, 
	reported_at FLOAT NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	taken_by VARCHAR(100), 
	taken_at FLOAT, 
	closed_by VARCHAR(100), 
	closed_at FLOAT, 
	outcome TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_incident PRIMARY KEY (id), 
	CONSTRAINT fk_incident_device FOREIGN KEY(device) REFERENCES device (id)
);
INSERT INTO "incident" VALUES(1,'id-1','category-1','{"n":1}',1790200000.0,'state-1','taken_by-1',1790200000.0,'closed_by-1',1790200000.0,'{"n":1}');
INSERT INTO "incident" VALUES(2,'id-2','category-2','{"n":2}',1792900000.0,'state-2',NULL,NULL,NULL,NULL,'{"n":2}');
CREATE TABLE incident_step (
	id INTEGER NOT NULL, 
	incident INTEGER NOT NULL, 
	at FLOAT NOT NULL, 
	"by" VARCHAR(100) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	text TEXT NOT NULL, 
	CONSTRAINT pk_incident_step PRIMARY KEY (id), 
	CONSTRAINT fk_incident_step_incident FOREIGN KEY(incident) REFERENCES incident (id)
);
INSERT INTO "incident_step" VALUES(1,1,1790200000.0,'by-1','kind-1','{"n":1}');
INSERT INTO "incident_step" VALUES(2,2,1792900000.0,'by-2','kind-2','{"n":2}');
CREATE TABLE job (
	name VARCHAR(50) NOT NULL, 
	ran_at FLOAT NOT NULL, 
	CONSTRAINT pk_job PRIMARY KEY (name)
);
INSERT INTO "job" VALUES('name-1',1790200000.0);
INSERT INTO "job" VALUES('name-2',1792900000.0);
CREATE TABLE job_failure (
	name VARCHAR(50) NOT NULL, 
	since FLOAT NOT NULL, 
	count BIGINT NOT NULL, 
	why VARCHAR(20) NOT NULL, 
	CONSTRAINT pk_job_failure PRIMARY KEY (name)
);
INSERT INTO "job_failure" VALUES('name-1',1790200000.0,1,'why-1');
INSERT INTO "job_failure" VALUES('name-2',1792900000.0,2,'why-2');
CREATE TABLE keeper (
	device VARCHAR(64) NOT NULL, 
	well BOOLEAN NOT NULL, seats INTEGER DEFAULT '-1' NOT NULL, guarding INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_keeper PRIMARY KEY (device), 
	CONSTRAINT fk_keeper_device FOREIGN KEY(device) REFERENCES device (id)
);
INSERT INTO "keeper" VALUES('id-1',1,1,1);
INSERT INTO "keeper" VALUES('id-2',0,2,2);
CREATE TABLE keeper_agent (
	device VARCHAR(64) NOT NULL, 
	keeper VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_keeper_agent PRIMARY KEY (device), 
	CONSTRAINT fk_keeper_agent_device FOREIGN KEY(device) REFERENCES device (id)
);
INSERT INTO "keeper_agent" VALUES('id-1','keeper-1');
INSERT INTO "keeper_agent" VALUES('id-2','keeper-2');
CREATE TABLE legal_hold (
	id INTEGER NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	subject VARCHAR(200) NOT NULL, 
	reason VARCHAR(500) NOT NULL, 
	placed_by VARCHAR(100) NOT NULL, 
	placed_at FLOAT NOT NULL, 
	ended_by VARCHAR(100), 
	ended_at FLOAT, 
	CONSTRAINT pk_legal_hold PRIMARY KEY (id)
);
INSERT INTO "legal_hold" VALUES(1,'kind-1','subject-1','reason-1','placed_by-1',1790200000.0,'ended_by-1',1790200000.0);
INSERT INTO "legal_hold" VALUES(2,'kind-2','subject-2','reason-2','placed_by-2',1792900000.0,NULL,NULL);
CREATE TABLE lockout (
	"key" VARCHAR(250) NOT NULL, 
	failures INTEGER NOT NULL, 
	last_at FLOAT NOT NULL, 
	until FLOAT NOT NULL, 
	CONSTRAINT pk_lockout PRIMARY KEY ("key")
);
INSERT INTO "lockout" VALUES('key-1',1,1790200000.0,1790200000.0);
INSERT INTO "lockout" VALUES('key-2',2,1792900000.0,1792900000.0);
CREATE TABLE org_day (
	at FLOAT NOT NULL, 
	ok BIGINT NOT NULL, 
	attention BIGINT NOT NULL, 
	failing BIGINT NOT NULL, 
	silent BIGINT NOT NULL, 
	samples BIGINT NOT NULL, 
	opened BIGINT NOT NULL, 
	closed BIGINT NOT NULL, 
	incidents BIGINT NOT NULL, 
	CONSTRAINT pk_org_day PRIMARY KEY (at)
);
INSERT INTO "org_day" VALUES(1790200000.0,1,1,1,1,1,1,1,1);
INSERT INTO "org_day" VALUES(1792900000.0,2,2,2,2,2,2,2,2);
CREATE TABLE org_hour (
	at FLOAT NOT NULL, 
	ok BIGINT NOT NULL, 
	attention BIGINT NOT NULL, 
	failing BIGINT NOT NULL, 
	silent BIGINT NOT NULL, 
	samples BIGINT NOT NULL, 
	CONSTRAINT pk_org_hour PRIMARY KEY (at)
);
INSERT INTO "org_hour" VALUES(1790200000.0,1,1,1,1,1);
INSERT INTO "org_hour" VALUES(1792900000.0,2,2,2,2,2);
CREATE TABLE passkey (
	id BLOB NOT NULL, 
	realm VARCHAR(20) NOT NULL, 
	owner VARCHAR(200) NOT NULL, 
	label VARCHAR(100) NOT NULL, 
	rp VARCHAR(250) NOT NULL, 
	data BLOB NOT NULL, 
	counter BIGINT NOT NULL, 
	made_at FLOAT NOT NULL, 
	used_at FLOAT, 
	CONSTRAINT pk_passkey PRIMARY KEY (id)
);
INSERT INTO "passkey" VALUES(X'0101010101010101010101010101010101010101010101010101010101010101','realm-1','owner-1','label-1','rp-1',X'0101010101010101010101010101010101010101010101010101010101010101',1,1790200000.0,1790200000.0);
INSERT INTO "passkey" VALUES(X'0202020202020202020202020202020202020202020202020202020202020202','realm-2','owner-2','label-2','rp-2',X'0202020202020202020202020202020202020202020202020202020202020202',2,1792900000.0,NULL);
CREATE TABLE person (
	id VARCHAR(40) NOT NULL, 
	sealed BLOB NOT NULL, 
	first_at FLOAT NOT NULL, 
	last_at FLOAT NOT NULL, 
	CONSTRAINT pk_person PRIMARY KEY (id)
);
INSERT INTO "person" VALUES('id-1',X'0101010101010101010101010101010101010101010101010101010101010101',1790200000.0,1790200000.0);
INSERT INTO "person" VALUES('id-2',X'0202020202020202020202020202020202020202020202020202020202020202',1792900000.0,1792900000.0);
CREATE TABLE person_opening (
	id INTEGER NOT NULL, 
	person VARCHAR(40) NOT NULL, 
	"by" VARCHAR(100) NOT NULL, 
	reason VARCHAR(250) NOT NULL, 
	at FLOAT NOT NULL, 
	until FLOAT NOT NULL, 
	CONSTRAINT pk_person_opening PRIMARY KEY (id)
);
INSERT INTO "person_opening" VALUES(1,'person-1','by-1','reason-1',1790200000.0,1790200000.0);
INSERT INTO "person_opening" VALUES(2,'person-2','by-2','reason-2',1792900000.0,1792900000.0);
CREATE TABLE phone_answer (
	id INTEGER NOT NULL, 
	device VARCHAR(64) NOT NULL, 
	challenge VARCHAR(20) NOT NULL, 
	reason VARCHAR(250) NOT NULL, 
	given_by VARCHAR(100) NOT NULL, 
	given_at FLOAT NOT NULL, 
	used_at FLOAT, 
	CONSTRAINT pk_phone_answer PRIMARY KEY (id), 
	CONSTRAINT fk_phone_answer_device FOREIGN KEY(device) REFERENCES device (id)
);
INSERT INTO "phone_answer" VALUES(1,'id-1','challenge-1','reason-1','given_by-1',1790200000.0,1790200000.0);
INSERT INTO "phone_answer" VALUES(2,'id-2','challenge-2','reason-2','given_by-2',1792900000.0,NULL);
CREATE TABLE phone_set (
	device VARCHAR(64) NOT NULL, 
	name VARCHAR(40) NOT NULL, 
	made_at FLOAT NOT NULL, 
	CONSTRAINT pk_phone_set PRIMARY KEY (device, name), 
	CONSTRAINT fk_phone_set_device FOREIGN KEY(device) REFERENCES device (id)
);
INSERT INTO "phone_set" VALUES('id-1','name-1',1790200000.0);
INSERT INTO "phone_set" VALUES('id-2','name-2',1792900000.0);
CREATE TABLE policy_bundle (
	digest VARCHAR(64) NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	epoch INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	team VARCHAR(100) NOT NULL, 
	percent INTEGER NOT NULL, 
	published_at FLOAT NOT NULL, 
	body BLOB NOT NULL, 
	CONSTRAINT pk_policy_bundle PRIMARY KEY (digest)
);
INSERT INTO "policy_bundle" VALUES('digest-1','name-1',1,1,'team-1',1,1790200000.0,X'0101010101010101010101010101010101010101010101010101010101010101');
INSERT INTO "policy_bundle" VALUES('digest-2','name-2',2,2,'team-2',2,1792900000.0,X'0202020202020202020202020202020202020202020202020202020202020202');
CREATE TABLE policy_root (
	version INTEGER NOT NULL, 
	body BLOB NOT NULL, 
	published_at FLOAT NOT NULL, 
	CONSTRAINT pk_policy_root PRIMARY KEY (version)
);
INSERT INTO "policy_root" VALUES(1,X'0101010101010101010101010101010101010101010101010101010101010101',1790200000.0);
INSERT INTO "policy_root" VALUES(2,X'0202020202020202020202020202020202020202020202020202020202020202',1792900000.0);
CREATE TABLE posture_change (
	id INTEGER NOT NULL, 
	device VARCHAR(64) NOT NULL, 
	at FLOAT NOT NULL, 
	"check" VARCHAR(100) NOT NULL, 
	"before" VARCHAR(20) NOT NULL, 
	"after" VARCHAR(20) NOT NULL, 
	CONSTRAINT pk_posture_change PRIMARY KEY (id), 
	CONSTRAINT fk_posture_change_device FOREIGN KEY(device) REFERENCES device (id)
);
INSERT INTO "posture_change" VALUES(1,'id-1',1790200000.0,'check-1','before-1','after-1');
INSERT INTO "posture_change" VALUES(2,'id-2',1792900000.0,'check-2','before-2','after-2');
CREATE TABLE posture_current (
	device VARCHAR(64) NOT NULL, 
	overall VARCHAR(20) NOT NULL, 
	changed_at FLOAT NOT NULL, 
	controls TEXT NOT NULL, digest BLOB, 
	CONSTRAINT pk_posture_current PRIMARY KEY (device), 
	CONSTRAINT fk_posture_current_device FOREIGN KEY(device) REFERENCES device (id)
);
INSERT INTO "posture_current" VALUES('id-1','overall-1',1790200000.0,'{"n":1}',X'0101010101010101010101010101010101010101010101010101010101010101');
INSERT INTO "posture_current" VALUES('id-2','overall-2',1792900000.0,'{"n":2}',NULL);
CREATE TABLE recovery_code (
	owner VARCHAR(100) NOT NULL, 
	hash BLOB NOT NULL, 
	salt BLOB NOT NULL, 
	used_at FLOAT, 
	CONSTRAINT pk_recovery_code PRIMARY KEY (owner, hash), 
	CONSTRAINT fk_recovery_code_owner FOREIGN KEY(owner) REFERENCES user_account (name)
);
INSERT INTO "recovery_code" VALUES('name-1',X'0101010101010101010101010101010101010101010101010101010101010101',X'0101010101010101010101010101010101010101010101010101010101010101',1790200000.0);
INSERT INTO "recovery_code" VALUES('name-2',X'0202020202020202020202020202020202020202020202020202020202020202',X'0202020202020202020202020202020202020202020202020202020202020202',NULL);
CREATE TABLE retention_age (
	record VARCHAR(50) NOT NULL, 
	days INTEGER NOT NULL, 
	set_by VARCHAR(100) NOT NULL, 
	set_at FLOAT NOT NULL, 
	CONSTRAINT pk_retention_age PRIMARY KEY (record)
);
INSERT INTO "retention_age" VALUES('record-1',1,'set_by-1',1790200000.0);
INSERT INTO "retention_age" VALUES('record-2',2,'set_by-2',1792900000.0);
CREATE TABLE retention_run (
	id INTEGER NOT NULL, 
	at FLOAT NOT NULL, 
	record VARCHAR(50) NOT NULL, 
	cutoff FLOAT NOT NULL, 
	deleted BIGINT NOT NULL, 
	held BIGINT NOT NULL, 
	dry BOOLEAN NOT NULL, 
	CONSTRAINT pk_retention_run PRIMARY KEY (id)
);
INSERT INTO "retention_run" VALUES(1,1790200000.0,'record-1',1790200000.0,1,1,1);
INSERT INTO "retention_run" VALUES(2,1792900000.0,'record-2',1792900000.0,2,2,0);
CREATE TABLE schema_least (
	revision VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_schema_least PRIMARY KEY (revision)
);
INSERT INTO "schema_least" VALUES('0019');
CREATE TABLE session (
	hash BLOB NOT NULL, 
	user VARCHAR(100) NOT NULL, 
	begun_at FLOAT NOT NULL, 
	seen_at FLOAT NOT NULL, proved_at FLOAT DEFAULT '0' NOT NULL, how VARCHAR(20) DEFAULT '' NOT NULL, browser VARCHAR(100) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_session PRIMARY KEY (hash), 
	CONSTRAINT fk_session_user FOREIGN KEY(user) REFERENCES user_account (name)
);
INSERT INTO "session" VALUES(X'0101010101010101010101010101010101010101010101010101010101010101','name-1',1790200000.0,1790200000.0,1790200000.0,'how-1','browser-1');
INSERT INTO "session" VALUES(X'0202020202020202020202020202020202020202020202020202020202020202','name-2',1792900000.0,1792900000.0,1792900000.0,'how-2','browser-2');
CREATE TABLE setup_code (
	hash BLOB NOT NULL, 
	user VARCHAR(200) NOT NULL, 
	until FLOAT NOT NULL, 
	used_at FLOAT, 
	CONSTRAINT pk_setup_code PRIMARY KEY (hash)
);
INSERT INTO "setup_code" VALUES(X'0101010101010101010101010101010101010101010101010101010101010101','user-1',1790200000.0,1790200000.0);
INSERT INTO "setup_code" VALUES(X'0202020202020202020202020202020202020202020202020202020202020202','user-2',1792900000.0,NULL);
CREATE TABLE shift (
	id INTEGER NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	begins SMALLINT NOT NULL, 
	ends SMALLINT NOT NULL, 
	CONSTRAINT pk_shift PRIMARY KEY (id), 
	CONSTRAINT uq_shift_name UNIQUE (name)
);
INSERT INTO "shift" VALUES(1,'name-1',1,1);
INSERT INTO "shift" VALUES(2,'name-2',2,2);
CREATE TABLE sign_in_step (
	hash BLOB NOT NULL, 
	user VARCHAR(100) NOT NULL, 
	until FLOAT NOT NULL, 
	CONSTRAINT pk_sign_in_step PRIMARY KEY (hash), 
	CONSTRAINT fk_sign_in_step_user FOREIGN KEY(user) REFERENCES user_account (name)
);
INSERT INTO "sign_in_step" VALUES(X'0101010101010101010101010101010101010101010101010101010101010101','name-1',1790200000.0);
INSERT INTO "sign_in_step" VALUES(X'0202020202020202020202020202020202020202020202020202020202020202','name-2',1792900000.0);
CREATE TABLE site (
	id INTEGER NOT NULL, 
	name VARCHAR(100) NOT NULL, zone VARCHAR(64) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_site PRIMARY KEY (id), 
	CONSTRAINT uq_site_name UNIQUE (name)
);
INSERT INTO "site" VALUES(1,'name-1','zone-1');
INSERT INTO "site" VALUES(2,'name-2','zone-2');
CREATE TABLE sso_flow (
	hash BLOB NOT NULL, 
	state VARCHAR(100) NOT NULL, 
	nonce VARCHAR(100) NOT NULL, 
	verifier VARCHAR(200) NOT NULL, 
	path VARCHAR(500) NOT NULL, 
	begun_at FLOAT NOT NULL, 
	again BOOLEAN NOT NULL, 
	until FLOAT NOT NULL, 
	CONSTRAINT pk_sso_flow PRIMARY KEY (hash)
);
INSERT INTO "sso_flow" VALUES(X'0101010101010101010101010101010101010101010101010101010101010101','state-1','nonce-1','verifier-1','path-1',1790200000.0,1,1790200000.0);
INSERT INTO "sso_flow" VALUES(X'0202020202020202020202020202020202020202020202020202020202020202','state-2','nonce-2','verifier-2','path-2',1792900000.0,0,1792900000.0);
CREATE TABLE sso_user (
	issuer VARCHAR(250) NOT NULL, 
	subject VARCHAR(250) NOT NULL, 
	user VARCHAR(100) NOT NULL, 
	CONSTRAINT pk_sso_user PRIMARY KEY (issuer, subject), 
	CONSTRAINT fk_sso_user_user FOREIGN KEY(user) REFERENCES user_account (name), 
	CONSTRAINT uq_sso_user_user UNIQUE (user)
);
INSERT INTO "sso_user" VALUES('issuer-1','subject-1','name-1');
INSERT INTO "sso_user" VALUES('issuer-2','subject-2','name-2');
CREATE TABLE tamper_item (
	id INTEGER NOT NULL, 
	device VARCHAR(64) NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	params TEXT NOT NULL, 
	times INTEGER DEFAULT '1' NOT NULL, 
	since FLOAT NOT NULL, 
	opened_at FLOAT NOT NULL, 
	closed_at FLOAT, 
	signed_by VARCHAR(100), 
	signed_at FLOAT, 
	note TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_tamper_item PRIMARY KEY (id), 
	CONSTRAINT fk_tamper_item_device FOREIGN KEY(device) REFERENCES device (id)
);
INSERT INTO "tamper_item" VALUES(1,'id-1','kind-1','{"n":1}',1,1790200000.0,1790200000.0,1790200000.0,'signed_by-1',1790200000.0,'{"n":1}');
INSERT INTO "tamper_item" VALUES(2,'id-2','kind-2','{"n":2}',2,1792900000.0,1792900000.0,NULL,NULL,NULL,'{"n":2}');
CREATE TABLE team (
	id INTEGER NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	CONSTRAINT pk_team PRIMARY KEY (id), 
	CONSTRAINT uq_team_name UNIQUE (name)
);
INSERT INTO "team" VALUES(1,'name-1');
INSERT INTO "team" VALUES(2,'name-2');
CREATE TABLE team_day (
	team INTEGER NOT NULL, 
	at FLOAT NOT NULL, 
	ok BIGINT NOT NULL, 
	attention BIGINT NOT NULL, 
	failing BIGINT NOT NULL, 
	silent BIGINT NOT NULL, 
	samples BIGINT NOT NULL, 
	opened BIGINT NOT NULL, 
	closed BIGINT NOT NULL, 
	incidents BIGINT NOT NULL, 
	CONSTRAINT pk_team_day PRIMARY KEY (team, at), 
	CONSTRAINT fk_team_day_team FOREIGN KEY(team) REFERENCES team (id)
);
INSERT INTO "team_day" VALUES(1,1790200000.0,1,1,1,1,1,1,1,1);
INSERT INTO "team_day" VALUES(2,1792900000.0,2,2,2,2,2,2,2,2);
CREATE TABLE team_hour (
	team INTEGER NOT NULL, 
	at FLOAT NOT NULL, 
	ok BIGINT NOT NULL, 
	attention BIGINT NOT NULL, 
	failing BIGINT NOT NULL, 
	silent BIGINT NOT NULL, 
	samples BIGINT NOT NULL, 
	CONSTRAINT pk_team_hour PRIMARY KEY (team, at), 
	CONSTRAINT fk_team_hour_team FOREIGN KEY(team) REFERENCES team (id)
);
INSERT INTO "team_hour" VALUES(1,1790200000.0,1,1,1,1,1);
INSERT INTO "team_hour" VALUES(2,1792900000.0,2,2,2,2,2);
CREATE TABLE team_place (
	team INTEGER NOT NULL, 
	site INTEGER, 
	shift INTEGER, 
	CONSTRAINT pk_team_place PRIMARY KEY (team), 
	CONSTRAINT fk_team_place_team FOREIGN KEY(team) REFERENCES team (id), 
	CONSTRAINT fk_team_place_site FOREIGN KEY(site) REFERENCES site (id), 
	CONSTRAINT fk_team_place_shift FOREIGN KEY(shift) REFERENCES shift (id)
);
INSERT INTO "team_place" VALUES(1,1,1);
INSERT INTO "team_place" VALUES(2,2,2);
CREATE TABLE team_summary (
	team INTEGER NOT NULL, 
	ok BIGINT NOT NULL, 
	attention BIGINT NOT NULL, 
	failing BIGINT NOT NULL, 
	silent BIGINT NOT NULL, 
	findings BIGINT NOT NULL, 
	incidents BIGINT NOT NULL, 
	as_of FLOAT NOT NULL, 
	CONSTRAINT pk_team_summary PRIMARY KEY (team), 
	CONSTRAINT fk_team_summary_team FOREIGN KEY(team) REFERENCES team (id)
);
INSERT INTO "team_summary" VALUES(1,1,1,1,1,1,1,1790200000.0);
INSERT INTO "team_summary" VALUES(2,2,2,2,2,2,2,1792900000.0);
CREATE TABLE totp (
	realm VARCHAR(20) NOT NULL, 
	owner VARCHAR(200) NOT NULL, 
	secret BLOB NOT NULL, 
	confirmed BOOLEAN NOT NULL, 
	last_step BIGINT DEFAULT '0' NOT NULL, drift INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_totp PRIMARY KEY (realm, owner)
);
INSERT INTO "totp" VALUES('realm-1','owner-1',X'0101010101010101010101010101010101010101010101010101010101010101',1,1,1);
INSERT INTO "totp" VALUES('realm-2','owner-2',X'0202020202020202020202020202020202020202020202020202020202020202',0,2,2);
CREATE TABLE user_account (
	name VARCHAR(100) NOT NULL, 
	password VARCHAR(200) NOT NULL, 
	role VARCHAR(20) NOT NULL, 
	made_at FLOAT NOT NULL, 
	disabled BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_user_account PRIMARY KEY (name)
);
INSERT INTO "user_account" VALUES('name-1','password-1','role-1',1790200000.0,1);
INSERT INTO "user_account" VALUES('name-2','password-2','role-2',1792900000.0,0);
CREATE TABLE user_team (
	user VARCHAR(100) NOT NULL, 
	team INTEGER NOT NULL, 
	CONSTRAINT pk_user_team PRIMARY KEY (user, team), 
	CONSTRAINT fk_user_team_team FOREIGN KEY(team) REFERENCES team (id), 
	CONSTRAINT fk_user_team_user FOREIGN KEY(user) REFERENCES user_account (name)
);
INSERT INTO "user_team" VALUES('name-1',1);
INSERT INTO "user_team" VALUES('name-2',2);
CREATE INDEX ix_device_team ON device (team);
CREATE INDEX ix_session_user ON session (user);
CREATE INDEX ix_event_device_received ON event (device, received_at);
CREATE UNIQUE INDEX ux_finding_open ON finding (device, "check", subject) WHERE closed_at IS NULL;
CREATE INDEX ix_incident_state ON incident (state);
CREATE INDEX ix_posture_change_device_at ON posture_change (device, at);
CREATE INDEX ix_retention_run_at ON retention_run (at);
CREATE INDEX ix_event_received_at ON event (received_at);
CREATE INDEX ix_posture_change_at ON posture_change (at);
CREATE INDEX ix_finding_opened_at ON finding (opened_at);
CREATE INDEX ix_finding_closed_at ON finding (closed_at);
CREATE INDEX ix_device_key_device ON device_key (device);
CREATE UNIQUE INDEX ux_batch_use_asset ON batch_use (code, asset);
CREATE UNIQUE INDEX ux_tamper_open ON tamper_item (device, kind) WHERE closed_at IS NULL;
CREATE INDEX ix_tamper_item_signed ON tamper_item (signed_at, opened_at);
CREATE INDEX ix_team_place_site ON team_place (site);
CREATE INDEX ix_team_place_shift ON team_place (shift);
CREATE INDEX ix_device_standing_order ON device_standing (rank, severity, since, device);
CREATE INDEX ix_finding_open_check ON finding ("check", device) WHERE closed_at IS NULL;
CREATE INDEX ix_incident_step_incident ON incident_step (incident);
CREATE INDEX ix_event_lesson ON event (received_at) WHERE kind = 'lesson.answered';
CREATE INDEX ix_passkey_owner ON passkey (owner);
CREATE INDEX ix_break_glass_device ON break_glass (device);
CREATE INDEX ix_feed_outbox_kept_at ON feed_outbox (kept_at);
CREATE INDEX ix_person_last_at ON person (last_at);
CREATE INDEX ix_desk_use_device_last ON desk_use (device, last_at);
CREATE INDEX ix_desk_use_person_last ON desk_use (person, last_at);
CREATE INDEX ix_person_opening_person ON person_opening (person);
CREATE INDEX ix_phone_answer_device ON phone_answer (device);
CREATE INDEX ix_factor_invite_device ON factor_invite (device);
CREATE INDEX ix_keeper_agent_keeper ON keeper_agent (keeper);
CREATE UNIQUE INDEX ix_audit_log_seq ON audit_log (seq);
CREATE INDEX ix_audit_checkpoint_day ON audit_checkpoint (day);
CREATE UNIQUE INDEX ux_endpoint_sign_open ON endpoint_sign (kind) WHERE signed_at IS NULL;
CREATE INDEX ix_endpoint_sign_signed ON endpoint_sign (signed_at);
COMMIT;
