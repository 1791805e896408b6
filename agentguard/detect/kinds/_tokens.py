"""Tokens by the prefixes that their issuers publish, and the check that some of them carry."""

from __future__ import annotations

from zlib import crc32

from agentguard.detect.lexicon.lazy_pattern import later

_UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"

CLOUDS = (
    r"A(?:K|S|B)IA[A-Z2-7]{16}",  # AWS IAM identifiers: keys, long-term, temporary, bearer
    r"ACCA[A-Z2-7]{16}",
    r"ABSKQmVkcm9ja0FQSUtleS[A-Za-z0-9+/]{100,260}",  # Amazon Bedrock: API keys, which say so
    r"bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t[A-Za-z0-9+/]{20,}",
    r"LTAI[A-Za-z0-9]{20}",  # Alibaba Cloud: AccessKey pair
    r"AIza[A-Za-z0-9_\-]{35}",  # Google: API keys
    r"GOCSPX-[A-Za-z0-9_\-]{28}",
    r"ya29\.[A-Za-z0-9_\-]{40,}",
    r"[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.\-]{31,34}",  # Microsoft Entra ID: client secrets
    r"Account[Kk]ey=[A-Za-z0-9+/]{86}==",  # Azure Storage: connection strings
    r"SharedAccess[Kk]ey=[A-Za-z0-9+/]{43}=",
    r"do[opr]_v1_[a-f0-9]{64}",  # DigitalOcean: tokens
    r"v1\.0-[a-f0-9]{24}-[a-f0-9]{146}",  # Cloudflare: origin CA keys
    r"HRKU-AA[A-Za-z0-9_\-]{58}",  # Heroku: platform API
    r"fo1_[A-Za-z0-9_\-]{43}",  # Fly.io: access tokens
    r"fm(?:1[ar]|2)_[A-Za-z0-9+/]{100,}",
    r"AQVN[A-Za-z0-9_\-]{35,38}",  # Yandex Cloud: API keys
    r"tk-us-[A-Za-z0-9_\-]{48}",  # Scalingo
)

CODE = (
    r"gh[pousr]_[A-Za-z0-9]{36,}",  # GitHub: about authentication to GitHub
    r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",
    r"gl(?:pat|dt|rt|rtr|ft|ffct|soat)-[A-Za-z0-9_\-]{20,64}",  # GitLab: token overview
    r"gl(?:imt-[A-Za-z0-9_\-]{25}|ptt-[A-Za-z0-9_\-]{40}|agent-[A-Za-z0-9_\-]{50,}|oas-[A-Za-z0-9_\-]{64})",
    r"glcbt-(?:[A-Za-z0-9]{1,5}_)?[A-Za-z0-9_\-]{20}",
    r"GR1348941[A-Za-z0-9_\-]{20}",
    r"ATATT3[A-Za-z0-9_\-=]{180,200}",  # Atlassian: API tokens
    r"npm_[A-Za-z0-9]{36}",  # npm: new token format
    r"pypi-AgE[A-Za-z0-9_\-]{50,}",  # PyPI: API tokens
    r"rubygems_[a-f0-9]{48}",  # RubyGems: API keys
    r"CLOJARS_[a-z0-9]{60}",
    r"AKCp[A-Za-z0-9]{69}",  # JFrog: API keys and reference tokens
    r"cmVmdGtu[A-Za-z0-9]{56}",
    r"sgp_(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{40}",  # Sourcegraph: access tokens
    r"sq[apu]_[a-f0-9]{40}",  # SonarQube: token types
    r"pul-[a-f0-9]{40}",  # Pulumi
    r"pnu_[A-Za-z0-9]{36}",  # Prefect
    r"dp\.(?:pt|ct|sa|scim|audit)\.[A-Za-z0-9]{40,44}",  # Doppler: auth token formats
    r"dp\.st\.(?:[a-z0-9_\-]{2,35}\.)?[A-Za-z0-9]{40,44}",
    r"hv[sbr]\.[A-Za-z0-9_\-]{24,300}",  # HashiCorp Vault: tokens; Terraform: API tokens
    r"atlasv1\.[A-Za-z0-9_\-=]{60,70}",
    r"API-[A-Z0-9]{26}",  # Octopus Deploy: API keys
    r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}",  # Postman: API keys
    r"(?:pat|sat)\.[A-Za-z0-9_\-]{22}\.[a-zA-Z0-9]{24}\.[a-zA-Z0-9]{20}",  # Harness: API keys
    r"dapi[a-f0-9]{32}",  # Databricks: personal access tokens
    r"pscale_(?:tkn|oauth|pw)_[A-Za-z0-9_=.\-]{32,64}",  # PlanetScale
    r"sha256~[A-Za-z0-9_\-]{43}",  # OpenShift: OAuth tokens
    r"sntrys_eyJ[A-Za-z0-9+/]{20,400}={0,2}_[A-Za-z0-9+/]{43}",  # Sentry: auth tokens
    r"sntryu_[a-f0-9]{64}",
    r"dt0[a-z][0-9]{2}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{64}",  # Dynatrace: token format
    r"NRAK-[A-Za-z0-9]{27}",  # New Relic: user and insert keys
    r"NRII-[A-Za-z0-9\-]{32}",
    r"glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}",  # Grafana: service accounts, cloud
    r"glc_eyJ[A-Za-z0-9+/]{32,}",
    r"dnkey-[A-Za-z0-9_=\-]{26}-[A-Za-z0-9_=\-]{52}",  # Defined Networking
)

TALK = (
    r"xox[abeoprs]-[A-Za-z0-9\-]{20,}",  # Slack: token types
    r"xapp-[0-9]-[A-Za-z0-9\-]{20,}",
    r"hooks\.slack\.com/services/T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{24}",
    r"hooks\.slack\.com/(?:workflows|triggers)/[A-Za-z0-9/]{43,80}",
    rf"webhook\.office\.com/webhookb2/{_UUID}@{_UUID}/IncomingWebhook/[a-z0-9]{{32}}/{_UUID}",
    r"[0-9]{8,10}:AA[A-Za-z0-9_\-]{33}",  # Telegram: bot API
    (  # Discord: the first part is the bot's number in base64, and so told from other text
        r"(?:[MNO][DTjz][AEIMQUYcgk][w-z0-5]){5,6}(?:[MNO][A-Za-z][A-Za-z]?)?"
        r"\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{27,38}"
    ),
    r"EAA[MC][A-Za-z0-9]{120,}",  # Facebook: page access tokens
    r"SG\.[A-Za-z0-9_\-]{22}\.[A-Za-z0-9_\-]{43}",  # SendGrid: API keys
    r"SK[0-9a-f]{32}",  # Twilio: API keys
    r"key-[0-9a-f]{32}",  # Mailgun: private keys
    r"xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}",  # Brevo: API keys
    rf"pat-(?:na|eu)[0-9]-{_UUID}",  # HubSpot: private apps
    r"tfp_[A-Za-z0-9_\-.=]{59}",  # Typeform: personal access tokens
    r"ntn_[0-9]{11}[A-Za-z0-9]{35}",  # Notion: tokens
    r"lin_api_[A-Za-z0-9]{40}",  # Linear: API keys
    r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}",  # Airtable: personal access tokens
    r"fio-u-[A-Za-z0-9_\-=]{64}",  # Frame.io
    r"rdme_[a-z0-9]{70}",  # ReadMe
)

MONEY = (
    r"[rs]k_live_[A-Za-z0-9]{24,}",  # Stripe: API keys
    r"whsec_[A-Za-z0-9]{32,64}",
    r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",  # Shopify: access tokens
    r"sq0atp-[A-Za-z0-9_\-]{22}",  # Square: access tokens and secrets
    r"sq0csp-[A-Za-z0-9_\-]{43}",
    r"FLWSECK-[a-h0-9]{32}-X",  # Flutterwave: secret keys
    rf"access-(?:production|development)-{_UUID}",  # Plaid: access tokens
    r"EZAK[A-Za-z0-9]{54}",  # EasyPost: API keys
    r"shippo_live_[a-f0-9]{40}",
    r"duffel_live_[A-Za-z0-9_\-=]{43}",
)

MODELS = (
    r"sk-(?:proj|svcacct|admin)-[A-Za-z0-9_\-]{32,}",  # OpenAI
    r"sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}",
    r"sk-ant-[a-z]{3,5}[0-9]{2}-[A-Za-z0-9_\-]{93}AA",  # Anthropic
    r"hf_[A-Za-z]{34}",  # Hugging Face: user and organisation tokens
    r"api_org_[A-Za-z]{34}",
    r"pplx-[A-Za-z0-9]{48}",  # Perplexity
)

VAULTS = (
    r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}",  # 1Password
    r"ops_eyJ[A-Za-z0-9+/]{250,}",
    r"AGE-SECRET-KEY-1[0-9A-Z]{58}",  # age: file format, identities
    r"p8e-[A-Fa-f0-9]{32}",  # Adobe: OAuth client secrets
    r"s-s4t2(?:ud|af)-[a-f0-9]{64}",  # 42: application secrets
)

TOKENS = (*CLOUDS, *CODE, *TALK, *MONEY, *MODELS, *VAULTS)

_CHECKED = later(r"(?:gh[pousr]|npm)_([A-Za-z0-9]{30})([A-Za-z0-9]{6})\Z")
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


_ISSUED = later("|".join(TOKENS))


def issued(text: str) -> bool:
    """Check whether the whole of a text has the shape of a token of an issuer here."""
    return _ISSUED.fullmatch(text) is not None


def proved(token: str) -> bool:
    """Check whether a token carries its own check: the CRC-32 of its body, in base 62.

    GitHub, "Behind GitHub's new authentication token formats"; npm took the same. A wrong one does
    not disprove: neither promises it for each kind of token.
    """
    parts = _CHECKED.match(token)
    return parts is not None and _in_base62(crc32(parts[1].encode())) == parts[2]


def _in_base62(number: int) -> str:
    digits = ""
    for _ in range(6):
        number, last = divmod(number, len(_BASE62))
        digits = _BASE62[last] + digits
    return digits
