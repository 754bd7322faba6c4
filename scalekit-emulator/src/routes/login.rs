//! What the forms of the hosted pages post.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::browser;
use crate::environment::Environment;
use crate::parameters::Parameters;
use crate::step::{SignUp, Visit};
use crate::visitor::Visitor;
use crate::world::World;

type Shared = State<Arc<Environment>>;

pub(super) async fn identify(environment: Shared, headers: HeaderMap, body: Bytes) -> Response {
    answer(&environment, &headers, &body, |world, form, visitor| {
        world.identify(field(form, "request"), field(form, "email"), visitor)
    })
}

pub(super) async fn verify(environment: Shared, headers: HeaderMap, body: Bytes) -> Response {
    answer(&environment, &headers, &body, |world, form, visitor| {
        world.verify(field(form, "request"), field(form, "code"), visitor)
    })
}

pub(super) async fn register(environment: Shared, headers: HeaderMap, body: Bytes) -> Response {
    answer(&environment, &headers, &body, |world, form, visitor| {
        let text = |name| field(form, name).to_owned();
        let sign_up = SignUp { email: text("email"), name: text("name"), organization: text("organization") };
        world.register(field(form, "request"), &sign_up, visitor)
    })
}

pub(super) async fn choose(environment: Shared, headers: HeaderMap, body: Bytes) -> Response {
    answer(&environment, &headers, &body, |world, form, visitor| {
        world.choose(field(form, "request"), field(form, "organization_id"), visitor).into()
    })
}

pub(super) async fn cancel(environment: Shared, headers: HeaderMap, body: Bytes) -> Response {
    answer(&environment, &headers, &body, |world, form, _| world.cancel(field(form, "request")).into())
}

fn answer(
    environment: &Environment,
    headers: &HeaderMap,
    body: &[u8],
    act: impl FnOnce(&mut World, &Parameters, Visitor<'_>) -> Visit,
) -> Response {
    let form = Parameters::parse(body);
    let visit = act(&mut environment.world(), &form, browser::visitor(environment, headers));
    browser::show(environment, visit, StatusCode::SEE_OTHER)
}

fn field<'a>(form: &'a Parameters, name: &str) -> &'a str {
    form.get(name).unwrap_or_default()
}
