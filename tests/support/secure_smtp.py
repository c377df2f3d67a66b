"""A mail server with TLS and sign-in, in a process of its own: see ``servers.smtp_with_tls``."""

from __future__ import annotations

import asyncio
import ssl
import sys
from pathlib import Path
from typing import Any

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


async def serve(
    host: str, port: str, scheme: str, certificate: str, user: str, password: str, folder: str
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    in_tls = scheme == "smtps"

    def let_in(
        server: Any, session: Any, envelope: Any, mechanism: str, shown: LoginPassword
    ) -> AuthResult:
        return AuthResult(success=shown == LoginPassword(user.encode(), password.encode()))

    def answering() -> SMTP:
        return SMTP(
            Mailbox(Path(folder)),
            tls_context=None if in_tls else context,
            authenticator=let_in,
            auth_required=True,
            auth_require_tls=False,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(answering, host, int(port), ssl=context if in_tls else None)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
