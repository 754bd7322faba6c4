use super::escape::Text;
use super::layout::{cancel, card, notice, request_field};
use crate::login::TEST_CODE;

pub(super) fn page(request: &str, email: &str, wrong: bool) -> String {
    card(
        "Enter the code",
        &format!(
            r#"<p>No mail goes to <strong>{email}</strong>: the code of test users is <code>{TEST_CODE}</code>.</p>
{notice}
<form method="post" action="/login/code">{field}
<label for="code">One-time code</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus>
<button class="primary">Continue</button>
</form>
{cancel}"#,
            email = Text(email),
            notice = notice(wrong.then_some("That is not the code.")),
            field = request_field(request),
            cancel = cancel(request),
        ),
    )
}
