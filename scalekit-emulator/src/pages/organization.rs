use super::escape::Text;
use super::layout::{cancel, card, request_field};

pub(super) fn page(request: &str, email: &str, options: &[(String, String)]) -> String {
    let buttons = options
        .iter()
        .map(|(id, name)| {
            format!(
                r#"<button name="organization_id" value="{id}">{name}<small><code>{id}</code></small></button>"#,
                id = Text(id),
                name = Text(name),
            )
        })
        .collect::<String>();
    card(
        "Choose an organization",
        &format!(
            r#"<p>Signed in as {email}</p>
<form method="post" action="/login/organization">{field}
{buttons}
</form>
{cancel}"#,
            email = Text(email),
            field = request_field(request),
            cancel = cancel(request),
        ),
    )
}
