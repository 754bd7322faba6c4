use super::escape::Text;

const STYLE: &str = "
:root{color-scheme:light dark;--ink:#16181d;--soft:#667085;--line:#e4e7ec;--card:#fff;--ground:#f4f5f8;--accent:#4f46e5}
@media(prefers-color-scheme:dark){:root{--ink:#f2f4f7;--soft:#98a2b3;--line:#2b303b;--card:#171a21;--ground:#0e1015;--accent:#818cf8}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;padding:6vh 1rem 4rem}
main{max-width:26rem;margin:0 auto;background:var(--card);border:1px solid var(--line);border-radius:16px;padding:2rem;box-shadow:0 12px 32px #10182814}
main.wide{max-width:64rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem;letter-spacing:-.01em}
h2{font-size:1rem;margin:2rem 0 .5rem}
p{margin:.25rem 0 1.25rem;color:var(--soft);overflow-wrap:anywhere}
label{display:block;font-size:.875rem;font-weight:600;margin:.75rem 0 .25rem}
input{width:100%;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:10px;padding:.65rem .8rem}
input:focus-visible,button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
button{width:100%;font:inherit;cursor:pointer;border-radius:10px;padding:.65rem .8rem;border:1px solid var(--line);background:transparent;color:inherit;text-align:left;margin-top:.5rem}
button:hover{border-color:var(--accent)}
button.primary{background:var(--accent);border-color:var(--accent);color:#fff;text-align:center;font-weight:600;margin-top:1rem}
@media(prefers-color-scheme:dark){button.primary{color:#0e1015}}
button.quiet{border:0;text-align:center;color:var(--soft);font-size:.875rem}
button small{display:block;color:var(--soft);overflow-wrap:anywhere}
.or{display:flex;align-items:center;gap:.75rem;color:var(--soft);font-size:.8rem;margin:1.25rem 0 .5rem}
.or::before,.or::after{content:'';flex:1;border-top:1px solid var(--line)}
.notice{background:#f59e0b1f;border:1px solid #f59e0b66;color:inherit;border-radius:10px;padding:.6rem .8rem;font-size:.9rem}
.scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:.875rem}
th,td{text-align:left;padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:600}
a{color:var(--accent)}
code{font:.85em ui-monospace,SFMono-Regular,Menlo,monospace}
footer{text-align:center;color:var(--soft);font-size:.8rem;margin-top:1.25rem}
";

/// A narrow card for one question.
pub(super) fn card(title: &str, body: &str) -> String {
    frame(title, "", "", body)
}

/// A wide page for tables, with more in its head.
pub(super) fn wide(title: &str, head: &str, body: &str) -> String {
    frame(title, "wide", head, body)
}

/// A line above the form that says what went wrong.
pub(super) fn notice(text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| format!(r#"<p class="notice" role="alert">{}</p>"#, Text(text)))
}

/// The hidden field that every form carries.
pub(super) fn request_field(request: &str) -> String {
    format!(r#"<input type="hidden" name="request" value="{}">"#, Text(request))
}

/// Back to the application with `access_denied`.
pub(super) fn cancel(request: &str) -> String {
    format!(
        r#"<form method="post" action="/login/cancel">{}<button class="quiet">Cancel</button></form>"#,
        request_field(request)
    )
}

fn frame(title: &str, class: &str, head: &str, body: &str) -> String {
    let title = Text(title);
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Scalekit emulator</title>
<style>{STYLE}</style>
{head}</head>
<body>
<main class="{class}">
<h1>{title}</h1>
{body}
</main>
<footer>Scalekit emulator — for development, never for production</footer>
</body>
</html>
"#
    )
}
