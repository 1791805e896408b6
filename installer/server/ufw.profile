[AgentGuard endpoint]
title=AgentGuard endpoint
description=Desks report to it and browsers open the console, both over TLS
ports=8443/tcp
