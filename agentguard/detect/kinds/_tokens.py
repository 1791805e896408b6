"""Shapes of keys and tokens that tell themselves, as their issuers document them."""

from __future__ import annotations

SHAPES = (
    r"A(?:K|S)IA[A-Z2-7]{16}",  # AWS IAM identifiers: access keys, long-term and temporary
    r"gh[pousr]_[A-Za-z0-9]{36,}",  # GitHub: about authentication to GitHub
    r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",
    r"gl(?:pat|dt|ptt|rt)-[A-Za-z0-9_\-]{20,64}",  # GitLab: token overview
    r"xox[abeoprs]-[A-Za-z0-9\-]{20,}",  # Slack: token types
    r"xapp-[0-9]-[A-Za-z0-9\-]{20,}",
    r"hooks\.slack\.com/services/T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{24}",
    r"[rs]k_live_[A-Za-z0-9]{24,}",  # Stripe: API keys
    r"whsec_[A-Za-z0-9]{32,64}",
    r"AIza[A-Za-z0-9_\-]{35}",  # Google: API keys
    r"GOCSPX-[A-Za-z0-9_\-]{28}",
    r"ya29\.[A-Za-z0-9_\-]{40,}",
    r"npm_[A-Za-z0-9]{36}",  # npm: new token format
    r"pypi-AgE[A-Za-z0-9_\-]{50,}",  # PyPI: API tokens
    r"SG\.[A-Za-z0-9_\-]{22}\.[A-Za-z0-9_\-]{43}",  # SendGrid: API keys
    r"SK[0-9a-f]{32}",  # Twilio: API keys
    r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",  # Shopify: access tokens
    r"dop_v1_[a-f0-9]{64}",  # DigitalOcean: personal access tokens
    r"sk-(?:proj|ant|svcacct)-[A-Za-z0-9_\-]{32,}",  # OpenAI, Anthropic
    r"hf_[A-Za-z]{34}",  # Hugging Face: user access tokens
    r"AGE-SECRET-KEY-1[0-9A-Z]{58}",  # age: file format, identities
    r"Account[Kk]ey=[A-Za-z0-9+/]{86}==",  # Azure Storage: connection strings
    r"SharedAccess[Kk]ey=[A-Za-z0-9+/]{43}=",
    r"eyJ[A-Za-z0-9_\-]{10,}\.eyJ[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{20,}",  # RFC 7519
    r"-----BEGIN (?:(?:RSA|DSA|EC|OPENSSH) )?PRIVATE KEY-----",  # RFC 7468
    r"-----BEGIN PGP PRIVATE KEY BLOCK-----",
)
