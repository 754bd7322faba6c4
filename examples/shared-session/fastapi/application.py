"""A FastAPI application with Scalekit's own integration. It does not know that there are other services."""

import os
from html import escape

from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse
from scalekit.frameworks.fastapi import ScalekitAuth

auth = ScalekitAuth(
    env_url=os.environ["SCALEKIT_ENVIRONMENT_URL"],
    client_id=os.environ["SCALEKIT_CLIENT_ID"],
    client_secret=os.environ["SCALEKIT_CLIENT_SECRET"],
    redirect_uri=os.environ["SCALEKIT_REDIRECT_URI"],
    cookie_encryption_secret=os.environ["SCALEKIT_SDK_COOKIE_SECRET"],
    # Plain HTTP on this machine; over HTTPS, leave it out.
    cookie_secure=False,
    login_path="/fastapi/login",
    callback_path="/fastapi/callback",
    logout_path="/fastapi/logout",
    post_login_redirect="/fastapi/account",
    post_logout_redirect_uri=os.environ["POST_LOGOUT_REDIRECT_URI"],
)

application = FastAPI()
auth.install(application)


# A text and no response of its own: the integration loses a refreshed cookie otherwise.
@application.get("/fastapi/account", response_class=HTMLResponse)
def account(user: dict = Depends(auth.requires_auth)):
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>FastAPI</title>
<h1>FastAPI</h1>
<dl>
<dt>User</dt><dd data-fact="user">{escape(user["sub"])}</dd>
<dt>Token</dt><dd data-fact="token">{escape(user["jti"])}</dd>
<dt>Good until</dt><dd data-fact="expires">{user["exp"]}</dd>
</dl>
<p><a href="/axum/account">axum</a> <a href="/actix/account">actix-web</a> <a href="/rocket/account">Rocket</a></p>
<p><a href="/fastapi/logout">Sign out</a></p>
</html>
"""
