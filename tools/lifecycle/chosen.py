"""Which products of endoflife.date stand in the catalogue: what is met on desks and beside them."""

from __future__ import annotations

CATEGORIES = frozenset({"app", "lang", "database", "os"})
"""Taken whole, but for what is left out below."""
LEFT_OUT = frozenset(
    {
        # Of phones, network boxes, clouds and build pipelines: no desk has them.
        *("android", "apple-tvos", "big-ip", "cisco-ios-xe", "cos", "fortios", "ios", "ipados"),
        *("netapp-ontap", "netbackup-appliance-os", "nutanix-aos", "openwrt", "pan-os"),
        *("lineageos", "postmarketos", "routeros", "sns-firmware", "sns-smc", "visionos"),
        *("watchos", "xcp-ng", "yocto", "vmware-esxi", "vmware-photon", "zentyal", "proxmox-ve"),
        *("cert-manager", "cloud-sql-auth-proxy", "cnspec", "dbt-core", "drush", "eslint"),
        *("grunt", "jaeger", "jekyll", "jhipster", "jreleaser", "renovate", "vitess", "zerto"),
        *("steamos", "tails", "clearlinux", "ibm-aix", "ibm-i", "oracle-solaris", "suse-manager"),
    }
)
ADDED = frozenset(
    {
        *("dotnet", "dotnetfx", "nodejs", "openssl", "electron", "deno", "bun", "qt", "ffmpeg"),
        *("gstreamer", "log4j", "apache-http-server", "apache-subversion", "tomcat", "nginx"),
        *("rabbitmq", "zabbix", "grafana", "jenkins", "splunk", "salt", "puppet", "mattermost"),
        *("rocket-chat", "msexchange", "sharepoint", "coldfusion", "checkmk", "prometheus"),
        *("telegraf", "beats", "nextcloud", "teleport", "apache-activemq", "eclipse-jetty"),
        *("haproxy", "squid", "postfix", "dovecot", "exim", "icinga", "graylog", "gitlab-runner"),
    }
)


def wanted(slug: str, category: str) -> bool:
    """Check whether a product stands in the catalogue."""
    return slug in ADDED or (category in CATEGORIES and slug not in LEFT_OUT)
