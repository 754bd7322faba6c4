use super::escape::Text;
use super::layout::{cancel, card, notice, request_field};
use crate::users::User;

/// More would be a list to scroll; anyone can be typed.
const SHOWN: usize = 12;

pub(super) fn page(
    request: &str,
    client: &str,
    hint: &str,
    message: Option<&str>,
    people: &[User],
) -> String {
    let field = request_field(request);
    let buttons = people
        .iter()
        .take(SHOWN)
        .map(|person| {
            format!(
                r#"<button name="email" value="{email}">{name}<small>{email}</small></button>"#,
                name = Text(&person.name),
                email = Text(&person.email),
            )
        })
        .collect::<String>();
    card(
        "Sign in",
        &format!(
            r#"<p>to <code>{client}</code></p>
{notice}
<form method="post" action="/login">{field}
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="username" placeholder="you@company.example" value="{hint}" required autofocus>
<button class="primary">Continue</button>
</form>
<div class="or">or be one of these people</div>
<form method="post" action="/login">{field}
{buttons}
</form>
{cancel}"#,
            client = Text(client),
            notice = notice(message),
            hint = Text(hint),
            cancel = cancel(request),
        ),
    )
}
