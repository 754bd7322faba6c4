use super::escape::Text;
use super::layout::{cancel, card, notice, request_field};
use crate::step::SignUp;

pub(super) fn page(request: &str, filled: &SignUp, message: Option<&str>) -> String {
    card(
        "Create your account",
        &format!(
            r#"<p>You become the admin of a new organization.</p>
{notice}
<form method="post" action="/login/sign-up">{field}
<label for="name">Name</label>
<input id="name" name="name" autocomplete="name" value="{name}" required autofocus>
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="username" value="{email}" required>
<label for="organization">Organization</label>
<input id="organization" name="organization" autocomplete="organization" value="{organization}" required>
<button class="primary">Create account</button>
</form>
{cancel}"#,
            notice = notice(message),
            field = request_field(request),
            name = Text(&filled.name),
            email = Text(&filled.email),
            organization = Text(&filled.organization),
            cancel = cancel(request),
        ),
    )
}
