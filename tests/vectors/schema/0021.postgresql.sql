SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.audit_checkpoint (
    seq bigint NOT NULL,
    day integer NOT NULL,
    receipt text NOT NULL,
    signature character varying(128) NOT NULL
);
CREATE TABLE public.audit_head (
    id integer NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    header text DEFAULT ''::text NOT NULL,
    header_seq bigint DEFAULT '0'::bigint NOT NULL
);
CREATE TABLE public.audit_log (
    id bigint NOT NULL,
    at double precision NOT NULL,
    actor character varying(100) NOT NULL,
    act character varying(100) NOT NULL,
    subject character varying(250) NOT NULL,
    seq bigint,
    salt bytea,
    commitment bytea,
    previous bytea,
    hash bytea,
    body text
);
CREATE SEQUENCE public.audit_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.audit_log_id_seq OWNED BY public.audit_log.id;
CREATE TABLE public.batch_asset (
    code bigint NOT NULL,
    asset character varying(100) NOT NULL
);
CREATE TABLE public.batch_code (
    id bigint NOT NULL,
    hash bytea NOT NULL,
    team bigint NOT NULL,
    made_by character varying(100) NOT NULL,
    made_at double precision NOT NULL,
    expires_at double precision NOT NULL,
    most integer NOT NULL,
    used integer DEFAULT 0 NOT NULL,
    confirm boolean NOT NULL,
    revoked_by character varying(100),
    revoked_at double precision,
    role character varying(10)
);
CREATE SEQUENCE public.batch_code_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.batch_code_id_seq OWNED BY public.batch_code.id;
CREATE TABLE public.batch_use (
    code bigint NOT NULL,
    device character varying(64) NOT NULL,
    at double precision NOT NULL,
    asset character varying(100)
);
CREATE TABLE public.break_glass (
    id bigint NOT NULL,
    device character varying(64) NOT NULL,
    hash bytea NOT NULL,
    reason character varying(250) NOT NULL,
    made_by character varying(100) NOT NULL,
    made_at double precision NOT NULL,
    until double precision NOT NULL,
    used_at double precision,
    used_by character varying(200)
);
CREATE SEQUENCE public.break_glass_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.break_glass_id_seq OWNED BY public.break_glass.id;
CREATE TABLE public.challenge (
    value bytea NOT NULL,
    owner character varying(250) NOT NULL,
    until double precision NOT NULL
);
CREATE TABLE public.desk_person (
    "user" character varying(200) NOT NULL,
    device character varying(64) NOT NULL,
    at double precision NOT NULL
);
CREATE TABLE public.desk_use (
    id bigint NOT NULL,
    device character varying(64) NOT NULL,
    person character varying(40) NOT NULL,
    begun_at double precision NOT NULL,
    last_at double precision NOT NULL
);
CREATE SEQUENCE public.desk_use_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.desk_use_id_seq OWNED BY public.desk_use.id;
CREATE TABLE public.device (
    id character varying(64) NOT NULL,
    team bigint NOT NULL,
    label character varying(200) NOT NULL,
    system character varying(200) NOT NULL,
    public_key bytea NOT NULL,
    enrolled_at double precision NOT NULL,
    status character varying(20) DEFAULT 'active'::character varying NOT NULL,
    epoch bigint DEFAULT '0'::bigint NOT NULL
);
CREATE TABLE public.device_identity (
    device character varying(64) NOT NULL,
    key_since double precision NOT NULL,
    key_place character varying(40) NOT NULL,
    asset character varying(100) NOT NULL,
    asked_at double precision NOT NULL,
    replaces character varying(64),
    decided_by character varying(100),
    decided_at double precision,
    role character varying(10)
);
CREATE TABLE public.device_key (
    public_key bytea NOT NULL,
    device character varying(64) NOT NULL,
    until double precision NOT NULL,
    followed_at double precision
);
CREATE TABLE public.device_run (
    device character varying(64) NOT NULL,
    run character varying(64) NOT NULL,
    begun_at double precision NOT NULL,
    goodbye character varying(20) DEFAULT ''::character varying NOT NULL,
    goodbye_at double precision,
    claimed character varying(20) DEFAULT ''::character varying NOT NULL,
    claimed_at double precision
);
CREATE TABLE public.device_seen (
    device character varying(64) NOT NULL,
    seq bigint NOT NULL,
    hash character varying(64) NOT NULL,
    last_seen double precision NOT NULL,
    skew double precision NOT NULL,
    locked boolean NOT NULL,
    in_call boolean NOT NULL,
    waiting integer NOT NULL,
    agent character varying(50) NOT NULL,
    policy character varying(200) NOT NULL,
    policy_digest character varying(128) NOT NULL,
    run character varying(64) DEFAULT ''::character varying NOT NULL,
    stored_until double precision DEFAULT '0'::double precision NOT NULL,
    linked bigint
);
CREATE TABLE public.device_standing (
    device character varying(64) NOT NULL,
    rank smallint NOT NULL,
    severity smallint NOT NULL,
    since double precision NOT NULL
);
CREATE TABLE public.endpoint_sign (
    id bigint NOT NULL,
    kind character varying(40) NOT NULL,
    times bigint NOT NULL,
    opened_at double precision NOT NULL,
    last_at double precision NOT NULL,
    signed_by character varying(100),
    signed_at double precision,
    note text DEFAULT ''::text NOT NULL
);
CREATE SEQUENCE public.endpoint_sign_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.endpoint_sign_id_seq OWNED BY public.endpoint_sign.id;
CREATE TABLE public.enrol_code (
    hash bytea NOT NULL,
    team bigint NOT NULL,
    made_by character varying(100) NOT NULL,
    made_at double precision NOT NULL,
    expires_at double precision NOT NULL,
    used_at double precision,
    used_by character varying(64),
    role character varying(10)
);
CREATE TABLE public.event (
    device character varying(64) NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    kind character varying(100) NOT NULL,
    at double precision NOT NULL,
    received_at double precision NOT NULL,
    digest bytea NOT NULL,
    body text NOT NULL
)
PARTITION BY RANGE (received_at);
CREATE TABLE public.event_202608 (
    device character varying(64) NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    kind character varying(100) NOT NULL,
    at double precision NOT NULL,
    received_at double precision NOT NULL,
    digest bytea NOT NULL,
    body text NOT NULL
);
CREATE TABLE public.event_202609 (
    device character varying(64) NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    kind character varying(100) NOT NULL,
    at double precision NOT NULL,
    received_at double precision NOT NULL,
    digest bytea NOT NULL,
    body text NOT NULL
);
CREATE TABLE public.event_202610 (
    device character varying(64) NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    kind character varying(100) NOT NULL,
    at double precision NOT NULL,
    received_at double precision NOT NULL,
    digest bytea NOT NULL,
    body text NOT NULL
);
CREATE TABLE public.factor_invite (
    id bigint NOT NULL,
    device character varying(64) NOT NULL,
    owner character varying(200) NOT NULL,
    hash character varying(64) NOT NULL,
    made_by character varying(100) NOT NULL,
    made_at double precision NOT NULL,
    until double precision NOT NULL,
    used_at double precision
);
CREATE SEQUENCE public.factor_invite_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.factor_invite_id_seq OWNED BY public.factor_invite.id;
CREATE TABLE public.factor_reset (
    id bigint NOT NULL,
    realm character varying(20) NOT NULL,
    owner character varying(200) NOT NULL,
    reason character varying(250) NOT NULL,
    asked_by character varying(100) NOT NULL,
    asked_at double precision NOT NULL,
    ruled_by character varying(100),
    ruled_at double precision,
    done boolean DEFAULT false NOT NULL
);
CREATE SEQUENCE public.factor_reset_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.factor_reset_id_seq OWNED BY public.factor_reset.id;
CREATE TABLE public.feed_outbox (
    id bigint NOT NULL,
    source character varying(200) NOT NULL,
    at double precision NOT NULL,
    kept_at double precision NOT NULL,
    body text NOT NULL
);
CREATE SEQUENCE public.feed_outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.feed_outbox_id_seq OWNED BY public.feed_outbox.id;
CREATE TABLE public.feed_state (
    feed character varying(60) NOT NULL,
    sent bigint NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    next_at double precision DEFAULT '0'::double precision NOT NULL,
    failing_since double precision,
    problem character varying(200) DEFAULT ''::character varying NOT NULL,
    dropped bigint DEFAULT '0'::bigint NOT NULL
);
CREATE TABLE public.finding (
    id bigint NOT NULL,
    device character varying(64) NOT NULL,
    "check" character varying(100) NOT NULL,
    subject character varying(128) NOT NULL,
    severity character varying(20) NOT NULL,
    message character varying(200) NOT NULL,
    params text NOT NULL,
    hits text NOT NULL,
    place character varying(200) NOT NULL,
    opened_at double precision NOT NULL,
    closed_at double precision
);
CREATE SEQUENCE public.finding_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.finding_id_seq OWNED BY public.finding.id;
CREATE TABLE public.incident (
    id bigint NOT NULL,
    device character varying(64) NOT NULL,
    category character varying(100) NOT NULL,
    note text NOT NULL,
    reported_at double precision NOT NULL,
    state character varying(20) NOT NULL,
    taken_by character varying(100),
    taken_at double precision,
    closed_by character varying(100),
    closed_at double precision,
    outcome text DEFAULT ''::text NOT NULL
);
CREATE SEQUENCE public.incident_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.incident_id_seq OWNED BY public.incident.id;
CREATE TABLE public.incident_step (
    id bigint NOT NULL,
    incident bigint NOT NULL,
    at double precision NOT NULL,
    by character varying(100) NOT NULL,
    kind character varying(20) NOT NULL,
    text text NOT NULL
);
CREATE SEQUENCE public.incident_step_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.incident_step_id_seq OWNED BY public.incident_step.id;
CREATE TABLE public.job (
    name character varying(50) NOT NULL,
    ran_at double precision NOT NULL
);
CREATE TABLE public.job_failure (
    name character varying(50) NOT NULL,
    since double precision NOT NULL,
    count bigint NOT NULL,
    why character varying(20) NOT NULL
);
CREATE TABLE public.keeper (
    device character varying(64) NOT NULL,
    well boolean NOT NULL,
    seats integer DEFAULT '-1'::integer NOT NULL,
    guarding integer DEFAULT 0 NOT NULL
);
CREATE TABLE public.keeper_agent (
    device character varying(64) NOT NULL,
    keeper character varying(64) NOT NULL
);
CREATE TABLE public.legal_hold (
    id bigint NOT NULL,
    kind character varying(20) NOT NULL,
    subject character varying(200) NOT NULL,
    reason character varying(500) NOT NULL,
    placed_by character varying(100) NOT NULL,
    placed_at double precision NOT NULL,
    ended_by character varying(100),
    ended_at double precision
);
CREATE SEQUENCE public.legal_hold_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.legal_hold_id_seq OWNED BY public.legal_hold.id;
CREATE TABLE public.lockout (
    key character varying(250) NOT NULL,
    failures integer NOT NULL,
    last_at double precision NOT NULL,
    until double precision NOT NULL
);
CREATE TABLE public.org_day (
    at double precision NOT NULL,
    ok bigint NOT NULL,
    attention bigint NOT NULL,
    failing bigint NOT NULL,
    silent bigint NOT NULL,
    samples bigint NOT NULL,
    opened bigint NOT NULL,
    closed bigint NOT NULL,
    incidents bigint NOT NULL
);
CREATE TABLE public.org_hour (
    at double precision NOT NULL,
    ok bigint NOT NULL,
    attention bigint NOT NULL,
    failing bigint NOT NULL,
    silent bigint NOT NULL,
    samples bigint NOT NULL
);
CREATE TABLE public.passkey (
    id bytea NOT NULL,
    realm character varying(20) NOT NULL,
    owner character varying(200) NOT NULL,
    label character varying(100) NOT NULL,
    rp character varying(250) NOT NULL,
    data bytea NOT NULL,
    counter bigint NOT NULL,
    made_at double precision NOT NULL,
    used_at double precision
);
CREATE TABLE public.person (
    id character varying(40) NOT NULL,
    sealed bytea NOT NULL,
    first_at double precision NOT NULL,
    last_at double precision NOT NULL
);
CREATE TABLE public.person_opening (
    id bigint NOT NULL,
    person character varying(40) NOT NULL,
    by character varying(100) NOT NULL,
    reason character varying(250) NOT NULL,
    at double precision NOT NULL,
    until double precision NOT NULL
);
CREATE SEQUENCE public.person_opening_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.person_opening_id_seq OWNED BY public.person_opening.id;
CREATE TABLE public.phone_answer (
    id bigint NOT NULL,
    device character varying(64) NOT NULL,
    challenge character varying(20) NOT NULL,
    reason character varying(250) NOT NULL,
    given_by character varying(100) NOT NULL,
    given_at double precision NOT NULL,
    used_at double precision
);
CREATE SEQUENCE public.phone_answer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.phone_answer_id_seq OWNED BY public.phone_answer.id;
CREATE TABLE public.phone_set (
    device character varying(64) NOT NULL,
    name character varying(40) NOT NULL,
    made_at double precision NOT NULL
);
CREATE TABLE public.policy_bundle (
    digest character varying(64) NOT NULL,
    name character varying(100) NOT NULL,
    epoch integer NOT NULL,
    version integer NOT NULL,
    team character varying(100) NOT NULL,
    percent integer NOT NULL,
    published_at double precision NOT NULL,
    body bytea NOT NULL
);
CREATE TABLE public.policy_root (
    version integer NOT NULL,
    body bytea NOT NULL,
    published_at double precision NOT NULL
);
CREATE TABLE public.posture_change (
    id bigint NOT NULL,
    device character varying(64) NOT NULL,
    at double precision NOT NULL,
    "check" character varying(100) NOT NULL,
    before character varying(20) NOT NULL,
    after character varying(20) NOT NULL
);
CREATE SEQUENCE public.posture_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.posture_change_id_seq OWNED BY public.posture_change.id;
CREATE TABLE public.posture_current (
    device character varying(64) NOT NULL,
    overall character varying(20) NOT NULL,
    changed_at double precision NOT NULL,
    controls text NOT NULL,
    digest bytea
);
CREATE TABLE public.recovery_code (
    owner character varying(100) NOT NULL,
    hash bytea NOT NULL,
    salt bytea NOT NULL,
    used_at double precision
);
CREATE TABLE public.retention_age (
    record character varying(50) NOT NULL,
    days integer NOT NULL,
    set_by character varying(100) NOT NULL,
    set_at double precision NOT NULL
);
CREATE TABLE public.retention_run (
    id bigint NOT NULL,
    at double precision NOT NULL,
    record character varying(50) NOT NULL,
    cutoff double precision NOT NULL,
    deleted bigint NOT NULL,
    held bigint NOT NULL,
    dry boolean NOT NULL
);
CREATE SEQUENCE public.retention_run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.retention_run_id_seq OWNED BY public.retention_run.id;
CREATE TABLE public.schema_least (
    revision character varying(32) NOT NULL
);
CREATE TABLE public.session (
    hash bytea NOT NULL,
    "user" character varying(100) NOT NULL,
    begun_at double precision NOT NULL,
    seen_at double precision NOT NULL,
    proved_at double precision DEFAULT '0'::double precision NOT NULL,
    how character varying(20) DEFAULT ''::character varying NOT NULL,
    browser character varying(100) DEFAULT ''::character varying NOT NULL
);
CREATE TABLE public.setup_code (
    hash bytea NOT NULL,
    "user" character varying(200) NOT NULL,
    until double precision NOT NULL,
    used_at double precision
);
CREATE TABLE public.shift (
    id bigint NOT NULL,
    name character varying(100) NOT NULL,
    begins smallint NOT NULL,
    ends smallint NOT NULL
);
CREATE SEQUENCE public.shift_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.shift_id_seq OWNED BY public.shift.id;
CREATE TABLE public.sign_in_step (
    hash bytea NOT NULL,
    "user" character varying(100) NOT NULL,
    until double precision NOT NULL
);
CREATE TABLE public.site (
    id bigint NOT NULL,
    name character varying(100) NOT NULL,
    zone character varying(64) DEFAULT ''::character varying NOT NULL
);
CREATE SEQUENCE public.site_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.site_id_seq OWNED BY public.site.id;
CREATE TABLE public.sso_flow (
    hash bytea NOT NULL,
    state character varying(100) NOT NULL,
    nonce character varying(100) NOT NULL,
    verifier character varying(200) NOT NULL,
    path character varying(500) NOT NULL,
    begun_at double precision NOT NULL,
    again boolean NOT NULL,
    until double precision NOT NULL
);
CREATE TABLE public.sso_user (
    issuer character varying(250) NOT NULL,
    subject character varying(250) NOT NULL,
    "user" character varying(100) NOT NULL
);
CREATE TABLE public.tamper_item (
    id bigint NOT NULL,
    device character varying(64) NOT NULL,
    kind character varying(40) NOT NULL,
    params text NOT NULL,
    times integer DEFAULT 1 NOT NULL,
    since double precision NOT NULL,
    opened_at double precision NOT NULL,
    closed_at double precision,
    signed_by character varying(100),
    signed_at double precision,
    note text DEFAULT ''::text NOT NULL
);
CREATE SEQUENCE public.tamper_item_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.tamper_item_id_seq OWNED BY public.tamper_item.id;
CREATE TABLE public.team (
    id bigint NOT NULL,
    name character varying(100) NOT NULL
);
CREATE TABLE public.team_day (
    team bigint NOT NULL,
    at double precision NOT NULL,
    ok bigint NOT NULL,
    attention bigint NOT NULL,
    failing bigint NOT NULL,
    silent bigint NOT NULL,
    samples bigint NOT NULL,
    opened bigint NOT NULL,
    closed bigint NOT NULL,
    incidents bigint NOT NULL
);
CREATE TABLE public.team_hour (
    team bigint NOT NULL,
    at double precision NOT NULL,
    ok bigint NOT NULL,
    attention bigint NOT NULL,
    failing bigint NOT NULL,
    silent bigint NOT NULL,
    samples bigint NOT NULL
);
CREATE SEQUENCE public.team_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.team_id_seq OWNED BY public.team.id;
CREATE TABLE public.team_place (
    team bigint NOT NULL,
    site bigint,
    shift bigint
);
CREATE TABLE public.team_summary (
    team bigint NOT NULL,
    ok bigint NOT NULL,
    attention bigint NOT NULL,
    failing bigint NOT NULL,
    silent bigint NOT NULL,
    findings bigint NOT NULL,
    incidents bigint NOT NULL,
    as_of double precision NOT NULL
);
CREATE TABLE public.totp (
    realm character varying(20) NOT NULL,
    owner character varying(200) NOT NULL,
    secret bytea NOT NULL,
    confirmed boolean NOT NULL,
    last_step bigint DEFAULT '0'::bigint NOT NULL,
    drift integer DEFAULT 0 NOT NULL
);
CREATE TABLE public.user_account (
    name character varying(100) NOT NULL,
    password character varying(200) NOT NULL,
    role character varying(20) NOT NULL,
    made_at double precision NOT NULL,
    disabled boolean DEFAULT false NOT NULL
);
CREATE TABLE public.user_team (
    "user" character varying(100) NOT NULL,
    team bigint NOT NULL
);
ALTER TABLE ONLY public.event ATTACH PARTITION public.event_202608 FOR VALUES FROM ('1785542400') TO ('1788220800');
ALTER TABLE ONLY public.event ATTACH PARTITION public.event_202609 FOR VALUES FROM ('1788220800') TO ('1790812800');
ALTER TABLE ONLY public.event ATTACH PARTITION public.event_202610 FOR VALUES FROM ('1790812800') TO ('1793491200');
ALTER TABLE ONLY public.audit_log ALTER COLUMN id SET DEFAULT nextval('public.audit_log_id_seq'::regclass);
ALTER TABLE ONLY public.batch_code ALTER COLUMN id SET DEFAULT nextval('public.batch_code_id_seq'::regclass);
ALTER TABLE ONLY public.break_glass ALTER COLUMN id SET DEFAULT nextval('public.break_glass_id_seq'::regclass);
ALTER TABLE ONLY public.desk_use ALTER COLUMN id SET DEFAULT nextval('public.desk_use_id_seq'::regclass);
ALTER TABLE ONLY public.endpoint_sign ALTER COLUMN id SET DEFAULT nextval('public.endpoint_sign_id_seq'::regclass);
ALTER TABLE ONLY public.factor_invite ALTER COLUMN id SET DEFAULT nextval('public.factor_invite_id_seq'::regclass);
ALTER TABLE ONLY public.factor_reset ALTER COLUMN id SET DEFAULT nextval('public.factor_reset_id_seq'::regclass);
ALTER TABLE ONLY public.feed_outbox ALTER COLUMN id SET DEFAULT nextval('public.feed_outbox_id_seq'::regclass);
ALTER TABLE ONLY public.finding ALTER COLUMN id SET DEFAULT nextval('public.finding_id_seq'::regclass);
ALTER TABLE ONLY public.incident ALTER COLUMN id SET DEFAULT nextval('public.incident_id_seq'::regclass);
ALTER TABLE ONLY public.incident_step ALTER COLUMN id SET DEFAULT nextval('public.incident_step_id_seq'::regclass);
ALTER TABLE ONLY public.legal_hold ALTER COLUMN id SET DEFAULT nextval('public.legal_hold_id_seq'::regclass);
ALTER TABLE ONLY public.person_opening ALTER COLUMN id SET DEFAULT nextval('public.person_opening_id_seq'::regclass);
ALTER TABLE ONLY public.phone_answer ALTER COLUMN id SET DEFAULT nextval('public.phone_answer_id_seq'::regclass);
ALTER TABLE ONLY public.posture_change ALTER COLUMN id SET DEFAULT nextval('public.posture_change_id_seq'::regclass);
ALTER TABLE ONLY public.retention_run ALTER COLUMN id SET DEFAULT nextval('public.retention_run_id_seq'::regclass);
ALTER TABLE ONLY public.shift ALTER COLUMN id SET DEFAULT nextval('public.shift_id_seq'::regclass);
ALTER TABLE ONLY public.site ALTER COLUMN id SET DEFAULT nextval('public.site_id_seq'::regclass);
ALTER TABLE ONLY public.tamper_item ALTER COLUMN id SET DEFAULT nextval('public.tamper_item_id_seq'::regclass);
ALTER TABLE ONLY public.team ALTER COLUMN id SET DEFAULT nextval('public.team_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0021');
INSERT INTO public.audit_checkpoint VALUES (1, 1, '{"n":1}', 'signature-1');
INSERT INTO public.audit_checkpoint VALUES (2, 2, '{"n":2}', 'signature-2');
INSERT INTO public.audit_head VALUES (1, 4, '\xdfe61555e81e0ea7a23a012d537e1f73ef333591d849ebfc1518eaff38b91fe6', '', 0);
INSERT INTO public.audit_log VALUES (1, 1744300000, 'old-0', 'sign-in', '', 1, '\xeea161f8b8f1e1c2c0c0ba2e27b2b356', '\x689b49747c0b368c20da16818405d81a7e32425ccd94519d3c810acb611f3cf7', '\x0000000000000000000000000000000000000000000000000000000000000000', '\x4f0569d2bfd1c1c97d3845c71fb7b1914487f59513176b292482af8c1d3691e3', NULL);
INSERT INTO public.audit_log VALUES (2, 1744300001, 'old-1', 'sign-in', '', 2, '\x2856fc914e07551b301e1621374abb49', '\x7419d9c477e396a9753270188882e2ca23da29a88023e3dc185624b2e5b49c66', '\x4f0569d2bfd1c1c97d3845c71fb7b1914487f59513176b292482af8c1d3691e3', '\x6267350faa6766d6869f7f38fc51b40ac777e4e02eb34eabed751a4e610e8774', NULL);
INSERT INTO public.audit_log VALUES (3, 1744300002, 'old-2', 'sign-in', '', 3, '\x8c1a67f673a6a058d5ef903658a27813', '\xc639462ffddb74f4ca3923dbf2ea99ffb6c10cfab7eed364602f4f8535b82610', '\x6267350faa6766d6869f7f38fc51b40ac777e4e02eb34eabed751a4e610e8774', '\xc161f2bb325023a34b94b35e18f4edb4963c90a79dd58d2df856349296539334', NULL);
INSERT INTO public.audit_log VALUES (4, 1744300002, 'endpoint', 'audit.chained', '3', 4, '\xe1a65ca2a996d20e5efb264e57d1efec', '\x59829e8a9afdc6d8c37b2d0debe634000d01b9de317c8c5b44ac6a38565ad5de', '\xc161f2bb325023a34b94b35e18f4edb4963c90a79dd58d2df856349296539334', '\xdfe61555e81e0ea7a23a012d537e1f73ef333591d849ebfc1518eaff38b91fe6', NULL);
INSERT INTO public.batch_asset VALUES (1, 'asset-1');
INSERT INTO public.batch_asset VALUES (2, 'asset-2');
INSERT INTO public.batch_code VALUES (1, '\x0101010101010101010101010101010101010101010101010101010101010101', 1, 'made_by-1', 1790200000, 1790200000, 1, 1, true, 'revoked_by-1', 1790200000, 'role-1');
INSERT INTO public.batch_code VALUES (2, '\x0202020202020202020202020202020202020202020202020202020202020202', 2, 'made_by-2', 1792900000, 1792900000, 2, 2, false, NULL, NULL, NULL);
INSERT INTO public.batch_use VALUES (1, 'device-1', 1790200000, 'asset-1');
INSERT INTO public.batch_use VALUES (2, 'device-2', 1792900000, NULL);
INSERT INTO public.break_glass VALUES (1, 'id-1', '\x0101010101010101010101010101010101010101010101010101010101010101', 'reason-1', 'made_by-1', 1790200000, 1790200000, 1790200000, 'used_by-1');
INSERT INTO public.break_glass VALUES (2, 'id-2', '\x0202020202020202020202020202020202020202020202020202020202020202', 'reason-2', 'made_by-2', 1792900000, 1792900000, NULL, NULL);
INSERT INTO public.challenge VALUES ('\x0101010101010101010101010101010101010101010101010101010101010101', 'owner-1', 1790200000);
INSERT INTO public.challenge VALUES ('\x0202020202020202020202020202020202020202020202020202020202020202', 'owner-2', 1792900000);
INSERT INTO public.desk_person VALUES ('user-1', 'id-1', 1790200000);
INSERT INTO public.desk_person VALUES ('user-2', 'id-2', 1792900000);
INSERT INTO public.desk_use VALUES (1, 'id-1', 'person-1', 1790200000, 1790200000);
INSERT INTO public.desk_use VALUES (2, 'id-2', 'person-2', 1792900000, 1792900000);
INSERT INTO public.device VALUES ('id-1', 1, 'label-1', 'system-1', '\x0101010101010101010101010101010101010101010101010101010101010101', 1790200000, 'status-1', 1);
INSERT INTO public.device VALUES ('id-2', 2, 'label-2', 'system-2', '\x0202020202020202020202020202020202020202020202020202020202020202', 1792900000, 'status-2', 2);
INSERT INTO public.device_identity VALUES ('id-1', 1790200000, 'key_place-1', 'asset-1', 1790200000, 'replaces-1', 'decided_by-1', 1790200000, 'role-1');
INSERT INTO public.device_identity VALUES ('id-2', 1792900000, 'key_place-2', 'asset-2', 1792900000, NULL, NULL, NULL, NULL);
INSERT INTO public.device_key VALUES ('\x0101010101010101010101010101010101010101010101010101010101010101', 'id-1', 1790200000, 1790200000);
INSERT INTO public.device_key VALUES ('\x0202020202020202020202020202020202020202020202020202020202020202', 'id-2', 1792900000, NULL);
INSERT INTO public.device_run VALUES ('id-1', 'run-1', 1790200000, 'goodbye-1', 1790200000, 'claimed-1', 1790200000);
INSERT INTO public.device_run VALUES ('id-2', 'run-2', 1792900000, 'goodbye-2', NULL, 'claimed-2', NULL);
INSERT INTO public.device_seen VALUES ('id-1', 1, 'hash-1', 1790200000, 1790200000, true, true, 1, 'agent-1', 'policy-1', 'policy_digest-1', 'run-1', 1790200000, 1);
INSERT INTO public.device_seen VALUES ('id-2', 2, 'hash-2', 1792900000, 1792900000, false, false, 2, 'agent-2', 'policy-2', 'policy_digest-2', 'run-2', 1792900000, NULL);
INSERT INTO public.device_standing VALUES ('id-1', 1, 1, 1790200000);
INSERT INTO public.device_standing VALUES ('id-2', 2, 2, 1792900000);
INSERT INTO public.endpoint_sign VALUES (1, 'kind-1', 1, 1790200000, 1790200000, 'signed_by-1', 1790200000, '{"n":1}');
INSERT INTO public.endpoint_sign VALUES (2, 'kind-2', 2, 1792900000, 1792900000, NULL, NULL, '{"n":2}');
INSERT INTO public.enrol_code VALUES ('\x0101010101010101010101010101010101010101010101010101010101010101', 1, 'made_by-1', 1790200000, 1790200000, 1790200000, 'used_by-1', 'role-1');
INSERT INTO public.enrol_code VALUES ('\x0202020202020202020202020202020202020202020202020202020202020202', 2, 'made_by-2', 1792900000, 1792900000, NULL, NULL, NULL);
INSERT INTO public.event_202609 VALUES ('id-1', 1, 1, 'lesson.answered', 1790200000, 1790200000, '\x0101010101010101010101010101010101010101010101010101010101010101', '{"n":1}');
INSERT INTO public.event_202610 VALUES ('id-2', 2, 2, 'session.locked', 1792900000, 1792900000, '\x0202020202020202020202020202020202020202020202020202020202020202', '{"n":2}');
INSERT INTO public.factor_invite VALUES (1, 'id-1', 'owner-1', 'hash-1', 'made_by-1', 1790200000, 1790200000, 1790200000);
INSERT INTO public.factor_invite VALUES (2, 'id-2', 'owner-2', 'hash-2', 'made_by-2', 1792900000, 1792900000, NULL);
INSERT INTO public.factor_reset VALUES (1, 'realm-1', 'owner-1', 'reason-1', 'asked_by-1', 1790200000, 'ruled_by-1', 1790200000, true);
INSERT INTO public.factor_reset VALUES (2, 'realm-2', 'owner-2', 'reason-2', 'asked_by-2', 1792900000, NULL, NULL, false);
INSERT INTO public.feed_outbox VALUES (1, 'source-1', 1790200000, 1790200000, '{"n":1}');
INSERT INTO public.feed_outbox VALUES (2, 'source-2', 1792900000, 1792900000, '{"n":2}');
INSERT INTO public.feed_state VALUES ('feed-1', 1, 1, 1790200000, 1790200000, 'problem-1', 1);
INSERT INTO public.feed_state VALUES ('feed-2', 2, 2, 1792900000, NULL, 'problem-2', 2);
INSERT INTO public.finding VALUES (1, 'id-1', 'check-1', 'subject-1', 'severity-1', 'message-1', '{"n":1}', '{"n":1}', 'place-1', 1790200000, 1790200000);
INSERT INTO public.finding VALUES (2, 'id-2', 'check-2', 'subject-2', 'severity-2', 'message-2', '{"n":2}', '{"n":2}', 'place-2', 1792900000, NULL);
INSERT INTO public.incident VALUES (1, 'id-1', 'category-1', '{"n":1}', 1790200000, 'state-1', 'taken_by-1', 1790200000, 'closed_by-1', 1790200000, '{"n":1}');
INSERT INTO public.incident VALUES (2, 'id-2', 'category-2', '{"n":2}', 1792900000, 'state-2', NULL, NULL, NULL, NULL, '{"n":2}');
INSERT INTO public.incident_step VALUES (1, 1, 1790200000, 'by-1', 'kind-1', '{"n":1}');
INSERT INTO public.incident_step VALUES (2, 2, 1792900000, 'by-2', 'kind-2', '{"n":2}');
INSERT INTO public.job VALUES ('name-1', 1790200000);
INSERT INTO public.job VALUES ('name-2', 1792900000);
INSERT INTO public.job_failure VALUES ('name-1', 1790200000, 1, 'why-1');
INSERT INTO public.job_failure VALUES ('name-2', 1792900000, 2, 'why-2');
INSERT INTO public.keeper VALUES ('id-1', true, 1, 1);
INSERT INTO public.keeper VALUES ('id-2', false, 2, 2);
INSERT INTO public.keeper_agent VALUES ('id-1', 'keeper-1');
INSERT INTO public.keeper_agent VALUES ('id-2', 'keeper-2');
INSERT INTO public.legal_hold VALUES (1, 'kind-1', 'subject-1', 'reason-1', 'placed_by-1', 1790200000, 'ended_by-1', 1790200000);
INSERT INTO public.legal_hold VALUES (2, 'kind-2', 'subject-2', 'reason-2', 'placed_by-2', 1792900000, NULL, NULL);
INSERT INTO public.lockout VALUES ('key-1', 1, 1790200000, 1790200000);
INSERT INTO public.lockout VALUES ('key-2', 2, 1792900000, 1792900000);
INSERT INTO public.org_day VALUES (1790200000, 1, 1, 1, 1, 1, 1, 1, 1);
INSERT INTO public.org_day VALUES (1792900000, 2, 2, 2, 2, 2, 2, 2, 2);
INSERT INTO public.org_hour VALUES (1790200000, 1, 1, 1, 1, 1);
INSERT INTO public.org_hour VALUES (1792900000, 2, 2, 2, 2, 2);
INSERT INTO public.passkey VALUES ('\x0101010101010101010101010101010101010101010101010101010101010101', 'realm-1', 'owner-1', 'label-1', 'rp-1', '\x0101010101010101010101010101010101010101010101010101010101010101', 1, 1790200000, 1790200000);
INSERT INTO public.passkey VALUES ('\x0202020202020202020202020202020202020202020202020202020202020202', 'realm-2', 'owner-2', 'label-2', 'rp-2', '\x0202020202020202020202020202020202020202020202020202020202020202', 2, 1792900000, NULL);
INSERT INTO public.person VALUES ('id-1', '\x0101010101010101010101010101010101010101010101010101010101010101', 1790200000, 1790200000);
INSERT INTO public.person VALUES ('id-2', '\x0202020202020202020202020202020202020202020202020202020202020202', 1792900000, 1792900000);
INSERT INTO public.person_opening VALUES (1, 'person-1', 'by-1', 'reason-1', 1790200000, 1790200000);
INSERT INTO public.person_opening VALUES (2, 'person-2', 'by-2', 'reason-2', 1792900000, 1792900000);
INSERT INTO public.phone_answer VALUES (1, 'id-1', 'challenge-1', 'reason-1', 'given_by-1', 1790200000, 1790200000);
INSERT INTO public.phone_answer VALUES (2, 'id-2', 'challenge-2', 'reason-2', 'given_by-2', 1792900000, NULL);
INSERT INTO public.phone_set VALUES ('id-1', 'name-1', 1790200000);
INSERT INTO public.phone_set VALUES ('id-2', 'name-2', 1792900000);
INSERT INTO public.policy_bundle VALUES ('digest-1', 'name-1', 1, 1, 'team-1', 1, 1790200000, '\x0101010101010101010101010101010101010101010101010101010101010101');
INSERT INTO public.policy_bundle VALUES ('digest-2', 'name-2', 2, 2, 'team-2', 2, 1792900000, '\x0202020202020202020202020202020202020202020202020202020202020202');
INSERT INTO public.policy_root VALUES (1, '\x0101010101010101010101010101010101010101010101010101010101010101', 1790200000);
INSERT INTO public.policy_root VALUES (2, '\x0202020202020202020202020202020202020202020202020202020202020202', 1792900000);
INSERT INTO public.posture_change VALUES (1, 'id-1', 1790200000, 'check-1', 'before-1', 'after-1');
INSERT INTO public.posture_change VALUES (2, 'id-2', 1792900000, 'check-2', 'before-2', 'after-2');
INSERT INTO public.posture_current VALUES ('id-1', 'overall-1', 1790200000, '{"n":1}', '\x0101010101010101010101010101010101010101010101010101010101010101');
INSERT INTO public.posture_current VALUES ('id-2', 'overall-2', 1792900000, '{"n":2}', NULL);
INSERT INTO public.recovery_code VALUES ('name-1', '\x0101010101010101010101010101010101010101010101010101010101010101', '\x0101010101010101010101010101010101010101010101010101010101010101', 1790200000);
INSERT INTO public.recovery_code VALUES ('name-2', '\x0202020202020202020202020202020202020202020202020202020202020202', '\x0202020202020202020202020202020202020202020202020202020202020202', NULL);
INSERT INTO public.retention_age VALUES ('record-1', 1, 'set_by-1', 1790200000);
INSERT INTO public.retention_age VALUES ('record-2', 2, 'set_by-2', 1792900000);
INSERT INTO public.retention_run VALUES (1, 1790200000, 'record-1', 1790200000, 1, 1, true);
INSERT INTO public.retention_run VALUES (2, 1792900000, 'record-2', 1792900000, 2, 2, false);
INSERT INTO public.schema_least VALUES ('0019');
INSERT INTO public.session VALUES ('\x0101010101010101010101010101010101010101010101010101010101010101', 'name-1', 1790200000, 1790200000, 1790200000, 'how-1', 'browser-1');
INSERT INTO public.session VALUES ('\x0202020202020202020202020202020202020202020202020202020202020202', 'name-2', 1792900000, 1792900000, 1792900000, 'how-2', 'browser-2');
INSERT INTO public.setup_code VALUES ('\x0101010101010101010101010101010101010101010101010101010101010101', 'user-1', 1790200000, 1790200000);
INSERT INTO public.setup_code VALUES ('\x0202020202020202020202020202020202020202020202020202020202020202', 'user-2', 1792900000, NULL);
INSERT INTO public.shift VALUES (1, 'name-1', 1, 1);
INSERT INTO public.shift VALUES (2, 'name-2', 2, 2);
INSERT INTO public.sign_in_step VALUES ('\x0101010101010101010101010101010101010101010101010101010101010101', 'name-1', 1790200000);
INSERT INTO public.sign_in_step VALUES ('\x0202020202020202020202020202020202020202020202020202020202020202', 'name-2', 1792900000);
INSERT INTO public.site VALUES (1, 'name-1', 'zone-1');
INSERT INTO public.site VALUES (2, 'name-2', 'zone-2');
INSERT INTO public.sso_flow VALUES ('\x0101010101010101010101010101010101010101010101010101010101010101', 'state-1', 'nonce-1', 'verifier-1', 'path-1', 1790200000, true, 1790200000);
INSERT INTO public.sso_flow VALUES ('\x0202020202020202020202020202020202020202020202020202020202020202', 'state-2', 'nonce-2', 'verifier-2', 'path-2', 1792900000, false, 1792900000);
INSERT INTO public.sso_user VALUES ('issuer-1', 'subject-1', 'name-1');
INSERT INTO public.sso_user VALUES ('issuer-2', 'subject-2', 'name-2');
INSERT INTO public.tamper_item VALUES (1, 'id-1', 'kind-1', '{"n":1}', 1, 1790200000, 1790200000, 1790200000, 'signed_by-1', 1790200000, '{"n":1}');
INSERT INTO public.tamper_item VALUES (2, 'id-2', 'kind-2', '{"n":2}', 2, 1792900000, 1792900000, NULL, NULL, NULL, '{"n":2}');
INSERT INTO public.team VALUES (1, 'name-1');
INSERT INTO public.team VALUES (2, 'name-2');
INSERT INTO public.team_day VALUES (1, 1790200000, 1, 1, 1, 1, 1, 1, 1, 1);
INSERT INTO public.team_day VALUES (2, 1792900000, 2, 2, 2, 2, 2, 2, 2, 2);
INSERT INTO public.team_hour VALUES (1, 1790200000, 1, 1, 1, 1, 1);
INSERT INTO public.team_hour VALUES (2, 1792900000, 2, 2, 2, 2, 2);
INSERT INTO public.team_place VALUES (1, 1, 1);
INSERT INTO public.team_place VALUES (2, 2, 2);
INSERT INTO public.team_summary VALUES (1, 1, 1, 1, 1, 1, 1, 1790200000);
INSERT INTO public.team_summary VALUES (2, 2, 2, 2, 2, 2, 2, 1792900000);
INSERT INTO public.totp VALUES ('realm-1', 'owner-1', '\x0101010101010101010101010101010101010101010101010101010101010101', true, 1, 1);
INSERT INTO public.totp VALUES ('realm-2', 'owner-2', '\x0202020202020202020202020202020202020202020202020202020202020202', false, 2, 2);
INSERT INTO public.user_account VALUES ('name-1', 'password-1', 'role-1', 1790200000, true);
INSERT INTO public.user_account VALUES ('name-2', 'password-2', 'role-2', 1792900000, false);
INSERT INTO public.user_team VALUES ('name-1', 1);
INSERT INTO public.user_team VALUES ('name-2', 2);
SELECT pg_catalog.setval('public.audit_log_id_seq', 4, true);
SELECT pg_catalog.setval('public.batch_code_id_seq', 2, true);
SELECT pg_catalog.setval('public.break_glass_id_seq', 2, true);
SELECT pg_catalog.setval('public.desk_use_id_seq', 2, true);
SELECT pg_catalog.setval('public.endpoint_sign_id_seq', 2, true);
SELECT pg_catalog.setval('public.factor_invite_id_seq', 2, true);
SELECT pg_catalog.setval('public.factor_reset_id_seq', 2, true);
SELECT pg_catalog.setval('public.feed_outbox_id_seq', 2, true);
SELECT pg_catalog.setval('public.finding_id_seq', 2, true);
SELECT pg_catalog.setval('public.incident_id_seq', 2, true);
SELECT pg_catalog.setval('public.incident_step_id_seq', 2, true);
SELECT pg_catalog.setval('public.legal_hold_id_seq', 2, true);
SELECT pg_catalog.setval('public.person_opening_id_seq', 2, true);
SELECT pg_catalog.setval('public.phone_answer_id_seq', 2, true);
SELECT pg_catalog.setval('public.posture_change_id_seq', 2, true);
SELECT pg_catalog.setval('public.retention_run_id_seq', 2, true);
SELECT pg_catalog.setval('public.shift_id_seq', 2, true);
SELECT pg_catalog.setval('public.site_id_seq', 2, true);
SELECT pg_catalog.setval('public.tamper_item_id_seq', 2, true);
SELECT pg_catalog.setval('public.team_id_seq', 2, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT pk_event PRIMARY KEY (device, epoch, seq, received_at);
ALTER TABLE ONLY public.event_202608
    ADD CONSTRAINT event_202608_pkey PRIMARY KEY (device, epoch, seq, received_at);
ALTER TABLE ONLY public.event_202609
    ADD CONSTRAINT event_202609_pkey PRIMARY KEY (device, epoch, seq, received_at);
ALTER TABLE ONLY public.event_202610
    ADD CONSTRAINT event_202610_pkey PRIMARY KEY (device, epoch, seq, received_at);
ALTER TABLE ONLY public.audit_checkpoint
    ADD CONSTRAINT pk_audit_checkpoint PRIMARY KEY (seq);
ALTER TABLE ONLY public.audit_head
    ADD CONSTRAINT pk_audit_head PRIMARY KEY (id);
ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT pk_audit_log PRIMARY KEY (id);
ALTER TABLE ONLY public.batch_asset
    ADD CONSTRAINT pk_batch_asset PRIMARY KEY (code, asset);
ALTER TABLE ONLY public.batch_code
    ADD CONSTRAINT pk_batch_code PRIMARY KEY (id);
ALTER TABLE ONLY public.batch_use
    ADD CONSTRAINT pk_batch_use PRIMARY KEY (code, device);
ALTER TABLE ONLY public.break_glass
    ADD CONSTRAINT pk_break_glass PRIMARY KEY (id);
ALTER TABLE ONLY public.challenge
    ADD CONSTRAINT pk_challenge PRIMARY KEY (value);
ALTER TABLE ONLY public.desk_person
    ADD CONSTRAINT pk_desk_person PRIMARY KEY ("user", device);
ALTER TABLE ONLY public.desk_use
    ADD CONSTRAINT pk_desk_use PRIMARY KEY (id);
ALTER TABLE ONLY public.device
    ADD CONSTRAINT pk_device PRIMARY KEY (id);
ALTER TABLE ONLY public.device_identity
    ADD CONSTRAINT pk_device_identity PRIMARY KEY (device);
ALTER TABLE ONLY public.device_key
    ADD CONSTRAINT pk_device_key PRIMARY KEY (public_key);
ALTER TABLE ONLY public.device_run
    ADD CONSTRAINT pk_device_run PRIMARY KEY (device, run);
ALTER TABLE ONLY public.device_seen
    ADD CONSTRAINT pk_device_seen PRIMARY KEY (device);
ALTER TABLE ONLY public.device_standing
    ADD CONSTRAINT pk_device_standing PRIMARY KEY (device);
ALTER TABLE ONLY public.endpoint_sign
    ADD CONSTRAINT pk_endpoint_sign PRIMARY KEY (id);
ALTER TABLE ONLY public.enrol_code
    ADD CONSTRAINT pk_enrol_code PRIMARY KEY (hash);
ALTER TABLE ONLY public.factor_invite
    ADD CONSTRAINT pk_factor_invite PRIMARY KEY (id);
ALTER TABLE ONLY public.factor_reset
    ADD CONSTRAINT pk_factor_reset PRIMARY KEY (id);
ALTER TABLE ONLY public.feed_outbox
    ADD CONSTRAINT pk_feed_outbox PRIMARY KEY (id);
ALTER TABLE ONLY public.feed_state
    ADD CONSTRAINT pk_feed_state PRIMARY KEY (feed);
ALTER TABLE ONLY public.finding
    ADD CONSTRAINT pk_finding PRIMARY KEY (id);
ALTER TABLE ONLY public.incident
    ADD CONSTRAINT pk_incident PRIMARY KEY (id);
ALTER TABLE ONLY public.incident_step
    ADD CONSTRAINT pk_incident_step PRIMARY KEY (id);
ALTER TABLE ONLY public.job
    ADD CONSTRAINT pk_job PRIMARY KEY (name);
ALTER TABLE ONLY public.job_failure
    ADD CONSTRAINT pk_job_failure PRIMARY KEY (name);
ALTER TABLE ONLY public.keeper
    ADD CONSTRAINT pk_keeper PRIMARY KEY (device);
ALTER TABLE ONLY public.keeper_agent
    ADD CONSTRAINT pk_keeper_agent PRIMARY KEY (device);
ALTER TABLE ONLY public.legal_hold
    ADD CONSTRAINT pk_legal_hold PRIMARY KEY (id);
ALTER TABLE ONLY public.lockout
    ADD CONSTRAINT pk_lockout PRIMARY KEY (key);
ALTER TABLE ONLY public.org_day
    ADD CONSTRAINT pk_org_day PRIMARY KEY (at);
ALTER TABLE ONLY public.org_hour
    ADD CONSTRAINT pk_org_hour PRIMARY KEY (at);
ALTER TABLE ONLY public.passkey
    ADD CONSTRAINT pk_passkey PRIMARY KEY (id);
ALTER TABLE ONLY public.person
    ADD CONSTRAINT pk_person PRIMARY KEY (id);
ALTER TABLE ONLY public.person_opening
    ADD CONSTRAINT pk_person_opening PRIMARY KEY (id);
ALTER TABLE ONLY public.phone_answer
    ADD CONSTRAINT pk_phone_answer PRIMARY KEY (id);
ALTER TABLE ONLY public.phone_set
    ADD CONSTRAINT pk_phone_set PRIMARY KEY (device, name);
ALTER TABLE ONLY public.policy_bundle
    ADD CONSTRAINT pk_policy_bundle PRIMARY KEY (digest);
ALTER TABLE ONLY public.policy_root
    ADD CONSTRAINT pk_policy_root PRIMARY KEY (version);
ALTER TABLE ONLY public.posture_change
    ADD CONSTRAINT pk_posture_change PRIMARY KEY (id);
ALTER TABLE ONLY public.posture_current
    ADD CONSTRAINT pk_posture_current PRIMARY KEY (device);
ALTER TABLE ONLY public.recovery_code
    ADD CONSTRAINT pk_recovery_code PRIMARY KEY (owner, hash);
ALTER TABLE ONLY public.retention_age
    ADD CONSTRAINT pk_retention_age PRIMARY KEY (record);
ALTER TABLE ONLY public.retention_run
    ADD CONSTRAINT pk_retention_run PRIMARY KEY (id);
ALTER TABLE ONLY public.schema_least
    ADD CONSTRAINT pk_schema_least PRIMARY KEY (revision);
ALTER TABLE ONLY public.session
    ADD CONSTRAINT pk_session PRIMARY KEY (hash);
ALTER TABLE ONLY public.setup_code
    ADD CONSTRAINT pk_setup_code PRIMARY KEY (hash);
ALTER TABLE ONLY public.shift
    ADD CONSTRAINT pk_shift PRIMARY KEY (id);
ALTER TABLE ONLY public.sign_in_step
    ADD CONSTRAINT pk_sign_in_step PRIMARY KEY (hash);
ALTER TABLE ONLY public.site
    ADD CONSTRAINT pk_site PRIMARY KEY (id);
ALTER TABLE ONLY public.sso_flow
    ADD CONSTRAINT pk_sso_flow PRIMARY KEY (hash);
ALTER TABLE ONLY public.sso_user
    ADD CONSTRAINT pk_sso_user PRIMARY KEY (issuer, subject);
ALTER TABLE ONLY public.tamper_item
    ADD CONSTRAINT pk_tamper_item PRIMARY KEY (id);
ALTER TABLE ONLY public.team
    ADD CONSTRAINT pk_team PRIMARY KEY (id);
ALTER TABLE ONLY public.team_day
    ADD CONSTRAINT pk_team_day PRIMARY KEY (team, at);
ALTER TABLE ONLY public.team_hour
    ADD CONSTRAINT pk_team_hour PRIMARY KEY (team, at);
ALTER TABLE ONLY public.team_place
    ADD CONSTRAINT pk_team_place PRIMARY KEY (team);
ALTER TABLE ONLY public.team_summary
    ADD CONSTRAINT pk_team_summary PRIMARY KEY (team);
ALTER TABLE ONLY public.totp
    ADD CONSTRAINT pk_totp PRIMARY KEY (realm, owner);
ALTER TABLE ONLY public.user_account
    ADD CONSTRAINT pk_user_account PRIMARY KEY (name);
ALTER TABLE ONLY public.user_team
    ADD CONSTRAINT pk_user_team PRIMARY KEY ("user", team);
ALTER TABLE ONLY public.batch_code
    ADD CONSTRAINT uq_batch_code_hash UNIQUE (hash);
ALTER TABLE ONLY public.device
    ADD CONSTRAINT uq_device_public_key UNIQUE (public_key);
ALTER TABLE ONLY public.feed_outbox
    ADD CONSTRAINT uq_feed_outbox_source UNIQUE (source);
ALTER TABLE ONLY public.shift
    ADD CONSTRAINT uq_shift_name UNIQUE (name);
ALTER TABLE ONLY public.site
    ADD CONSTRAINT uq_site_name UNIQUE (name);
ALTER TABLE ONLY public.sso_user
    ADD CONSTRAINT uq_sso_user_user UNIQUE ("user");
ALTER TABLE ONLY public.team
    ADD CONSTRAINT uq_team_name UNIQUE (name);
CREATE INDEX ix_event_device_received ON ONLY public.event USING btree (device, received_at);
CREATE INDEX event_202608_device_received_at_idx ON public.event_202608 USING btree (device, received_at);
CREATE INDEX ix_event_received_at ON ONLY public.event USING brin (received_at);
CREATE INDEX event_202608_received_at_idx ON public.event_202608 USING brin (received_at);
CREATE INDEX ix_event_lesson ON ONLY public.event USING btree (received_at) WHERE ((kind)::text = 'lesson.answered'::text);
CREATE INDEX event_202608_received_at_idx1 ON public.event_202608 USING btree (received_at) WHERE ((kind)::text = 'lesson.answered'::text);
CREATE INDEX event_202609_device_received_at_idx ON public.event_202609 USING btree (device, received_at);
CREATE INDEX event_202609_received_at_idx ON public.event_202609 USING brin (received_at);
CREATE INDEX event_202609_received_at_idx1 ON public.event_202609 USING btree (received_at) WHERE ((kind)::text = 'lesson.answered'::text);
CREATE INDEX event_202610_device_received_at_idx ON public.event_202610 USING btree (device, received_at);
CREATE INDEX event_202610_received_at_idx ON public.event_202610 USING brin (received_at);
CREATE INDEX event_202610_received_at_idx1 ON public.event_202610 USING btree (received_at) WHERE ((kind)::text = 'lesson.answered'::text);
CREATE INDEX ix_audit_checkpoint_day ON public.audit_checkpoint USING btree (day);
CREATE UNIQUE INDEX ix_audit_log_seq ON public.audit_log USING btree (seq);
CREATE INDEX ix_break_glass_device ON public.break_glass USING btree (device);
CREATE INDEX ix_desk_use_device_last ON public.desk_use USING btree (device, last_at);
CREATE INDEX ix_desk_use_person_last ON public.desk_use USING btree (person, last_at);
CREATE INDEX ix_device_key_device ON public.device_key USING btree (device);
CREATE INDEX ix_device_standing_order ON public.device_standing USING btree (rank, severity, since, device);
CREATE INDEX ix_device_team ON public.device USING btree (team);
CREATE INDEX ix_endpoint_sign_signed ON public.endpoint_sign USING btree (signed_at);
CREATE INDEX ix_factor_invite_device ON public.factor_invite USING btree (device);
CREATE INDEX ix_feed_outbox_kept_at ON public.feed_outbox USING btree (kept_at);
CREATE INDEX ix_finding_closed_at ON public.finding USING btree (closed_at);
CREATE INDEX ix_finding_open_check ON public.finding USING btree ("check", device) WHERE (closed_at IS NULL);
CREATE INDEX ix_finding_opened_at ON public.finding USING btree (opened_at);
CREATE INDEX ix_incident_state ON public.incident USING btree (state);
CREATE INDEX ix_incident_step_incident ON public.incident_step USING btree (incident);
CREATE INDEX ix_keeper_agent_keeper ON public.keeper_agent USING btree (keeper);
CREATE INDEX ix_passkey_owner ON public.passkey USING btree (owner);
CREATE INDEX ix_person_last_at ON public.person USING btree (last_at);
CREATE INDEX ix_person_opening_person ON public.person_opening USING btree (person);
CREATE INDEX ix_phone_answer_device ON public.phone_answer USING btree (device);
CREATE INDEX ix_posture_change_at ON public.posture_change USING brin (at);
CREATE INDEX ix_posture_change_device_at ON public.posture_change USING btree (device, at);
CREATE INDEX ix_retention_run_at ON public.retention_run USING btree (at);
CREATE INDEX ix_session_user ON public.session USING btree ("user");
CREATE INDEX ix_tamper_item_signed ON public.tamper_item USING btree (signed_at, opened_at);
CREATE INDEX ix_team_place_shift ON public.team_place USING btree (shift);
CREATE INDEX ix_team_place_site ON public.team_place USING btree (site);
CREATE UNIQUE INDEX ux_batch_use_asset ON public.batch_use USING btree (code, asset);
CREATE UNIQUE INDEX ux_endpoint_sign_open ON public.endpoint_sign USING btree (kind) WHERE (signed_at IS NULL);
CREATE UNIQUE INDEX ux_finding_open ON public.finding USING btree (device, "check", subject) WHERE (closed_at IS NULL);
CREATE UNIQUE INDEX ux_tamper_open ON public.tamper_item USING btree (device, kind) WHERE (closed_at IS NULL);
ALTER INDEX public.ix_event_device_received ATTACH PARTITION public.event_202608_device_received_at_idx;
ALTER INDEX public.pk_event ATTACH PARTITION public.event_202608_pkey;
ALTER INDEX public.ix_event_received_at ATTACH PARTITION public.event_202608_received_at_idx;
ALTER INDEX public.ix_event_lesson ATTACH PARTITION public.event_202608_received_at_idx1;
ALTER INDEX public.ix_event_device_received ATTACH PARTITION public.event_202609_device_received_at_idx;
ALTER INDEX public.pk_event ATTACH PARTITION public.event_202609_pkey;
ALTER INDEX public.ix_event_received_at ATTACH PARTITION public.event_202609_received_at_idx;
ALTER INDEX public.ix_event_lesson ATTACH PARTITION public.event_202609_received_at_idx1;
ALTER INDEX public.ix_event_device_received ATTACH PARTITION public.event_202610_device_received_at_idx;
ALTER INDEX public.pk_event ATTACH PARTITION public.event_202610_pkey;
ALTER INDEX public.ix_event_received_at ATTACH PARTITION public.event_202610_received_at_idx;
ALTER INDEX public.ix_event_lesson ATTACH PARTITION public.event_202610_received_at_idx1;
ALTER TABLE ONLY public.batch_asset
    ADD CONSTRAINT fk_batch_asset_code FOREIGN KEY (code) REFERENCES public.batch_code(id);
ALTER TABLE ONLY public.batch_code
    ADD CONSTRAINT fk_batch_code_team FOREIGN KEY (team) REFERENCES public.team(id);
ALTER TABLE ONLY public.batch_use
    ADD CONSTRAINT fk_batch_use_code FOREIGN KEY (code) REFERENCES public.batch_code(id);
ALTER TABLE ONLY public.break_glass
    ADD CONSTRAINT fk_break_glass_device FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.desk_person
    ADD CONSTRAINT fk_desk_person_device FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.desk_use
    ADD CONSTRAINT fk_desk_use_device FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.device_identity
    ADD CONSTRAINT fk_device_identity_device FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.device_key
    ADD CONSTRAINT fk_device_key_device FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.device_run
    ADD CONSTRAINT fk_device_run_device FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.device_seen
    ADD CONSTRAINT fk_device_seen_device FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.device_standing
    ADD CONSTRAINT fk_device_standing_device FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.device
    ADD CONSTRAINT fk_device_team FOREIGN KEY (team) REFERENCES public.team(id);
ALTER TABLE ONLY public.enrol_code
    ADD CONSTRAINT fk_enrol_code_team FOREIGN KEY (team) REFERENCES public.team(id);
ALTER TABLE public.event
    ADD CONSTRAINT fk_event_device FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.factor_invite
    ADD CONSTRAINT fk_factor_invite_device FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.finding
    ADD CONSTRAINT fk_finding_device FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.incident
    ADD CONSTRAINT fk_incident_device FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.incident_step
    ADD CONSTRAINT fk_incident_step_incident FOREIGN KEY (incident) REFERENCES public.incident(id);
ALTER TABLE ONLY public.keeper_agent
    ADD CONSTRAINT fk_keeper_agent_device FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.keeper
    ADD CONSTRAINT fk_keeper_device FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.phone_answer
    ADD CONSTRAINT fk_phone_answer_device FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.phone_set
    ADD CONSTRAINT fk_phone_set_device FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.posture_change
    ADD CONSTRAINT fk_posture_change_device FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.posture_current
    ADD CONSTRAINT fk_posture_current_device FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.recovery_code
    ADD CONSTRAINT fk_recovery_code_owner FOREIGN KEY (owner) REFERENCES public.user_account(name);
ALTER TABLE ONLY public.session
    ADD CONSTRAINT fk_session_user FOREIGN KEY ("user") REFERENCES public.user_account(name);
ALTER TABLE ONLY public.sign_in_step
    ADD CONSTRAINT fk_sign_in_step_user FOREIGN KEY ("user") REFERENCES public.user_account(name);
ALTER TABLE ONLY public.sso_user
    ADD CONSTRAINT fk_sso_user_user FOREIGN KEY ("user") REFERENCES public.user_account(name);
ALTER TABLE ONLY public.tamper_item
    ADD CONSTRAINT fk_tamper_item_device FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.team_day
    ADD CONSTRAINT fk_team_day_team FOREIGN KEY (team) REFERENCES public.team(id);
ALTER TABLE ONLY public.team_hour
    ADD CONSTRAINT fk_team_hour_team FOREIGN KEY (team) REFERENCES public.team(id);
ALTER TABLE ONLY public.team_place
    ADD CONSTRAINT fk_team_place_shift FOREIGN KEY (shift) REFERENCES public.shift(id);
ALTER TABLE ONLY public.team_place
    ADD CONSTRAINT fk_team_place_site FOREIGN KEY (site) REFERENCES public.site(id);
ALTER TABLE ONLY public.team_place
    ADD CONSTRAINT fk_team_place_team FOREIGN KEY (team) REFERENCES public.team(id);
ALTER TABLE ONLY public.team_summary
    ADD CONSTRAINT fk_team_summary_team FOREIGN KEY (team) REFERENCES public.team(id);
ALTER TABLE ONLY public.user_team
    ADD CONSTRAINT fk_user_team_team FOREIGN KEY (team) REFERENCES public.team(id);
ALTER TABLE ONLY public.user_team
    ADD CONSTRAINT fk_user_team_user FOREIGN KEY ("user") REFERENCES public.user_account(name);
