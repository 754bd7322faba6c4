//! The hosted pages. Everything that comes from outside goes through [`escape::Text`].

pub(crate) use self::error::{error, signed_out};
pub(crate) use self::home::{State, home};
use crate::step::Step;
use crate::users::User;

mod code;
mod error;
mod escape;
mod home;
mod layout;
mod organization;
mod sign_in;
mod sign_up;

/// The page of a step. Steps that leave the hosted pages have none.
pub(crate) fn step(step: &Step, people: &[User]) -> String {
    match step {
        Step::SignIn { request, client, hint, notice } => {
            sign_in::page(request, client, hint, notice.as_deref(), people)
        }
        Step::SignUp { request, filled, notice } => sign_up::page(request, filled, notice.as_deref()),
        Step::Verify { request, email, wrong } => code::page(request, email, *wrong),
        Step::ChooseOrganization { request, email, options } => organization::page(request, email, options),
        Step::Callback(_) | Step::Lost => String::new(),
    }
}
