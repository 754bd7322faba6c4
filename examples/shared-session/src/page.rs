//! The pages: who is signed in, and where to begin.

use scalekit_session::Session;

/// What every service shows: the user, which access token it found in the session, and until when that is good.
pub(crate) fn account(title: &str, prefix: &str, session: &Session) -> String {
    let user = escape(session.user_id());
    let token = escape(session.claims().token_id().unwrap_or_default());
    let expires = session.claims().expires_at().as_secs();
    format!(
        r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<h1>{title}</h1>
<dl>
<dt>User</dt><dd data-fact="user">{user}</dd>
<dt>Token</dt><dd data-fact="token">{token}</dd>
<dt>Good until</dt><dd data-fact="expires">{expires}</dd>
</dl>
{LINKS}
<form method="post" action="/{prefix}/auth/logout"><button>Sign out</button></form>
</html>
"#
    )
}

/// What the origin shows at its root: anybody may see it, and ends up here after logout.
pub(crate) fn front() -> String {
    format!(
        r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>One session</title>
<h1>One session, four services</h1>
<p>Sign in at any of them, as bob@acme.example say, and open the others.</p>
{LINKS}
</html>
"#
    )
}

const LINKS: &str = r#"<p><a href="/fastapi/account">FastAPI</a> <a href="/axum/account">axum</a>
<a href="/actix/account">actix-web</a> <a href="/rocket/account">Rocket</a></p>"#;

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
