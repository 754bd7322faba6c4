//! What the hosted pages do, step by step, without any HTTP.

use crate::authorization::{AuthorizationRequest, Prompt};
use crate::clock::millis;
use crate::seed::admin_of;
use crate::sessions::{Session, SessionStatus};
use crate::step::{Identity, SignUp, Step, Visit};
use crate::users::User;
use crate::visitor::Visitor;
use crate::world::World;

/// The one-time code of every test user.
pub(crate) const TEST_CODE: &str = "424242";

const LIFETIME_SECONDS: u64 = 3600;

/// An authorization request that waits for a person.
#[derive(Clone, Debug)]
pub(crate) struct LoginRequest {
    request: AuthorizationRequest,
    begun_at: u64,
    awaiting_code: Option<Identity>,
}

impl World {
    /// A browser arrives at `/oauth/authorize`.
    pub(crate) fn begin(&mut self, mut request: AuthorizationRequest, visitor: Visitor<'_>) -> Visit {
        if let Some((user, organization)) = self.known_to_provider(&request) {
            request.organization_id.get_or_insert(organization);
            let (session, cookie) = self.start_session(&user, visitor);
            return Visit { step: self.select_organization(request, &session, visitor.now), cookie };
        }
        let session = self.live_session(visitor.cookie, visitor.now).cloned();
        let step = match (request.prompt, session) {
            (Prompt::Create, _) => {
                let email = request.login_hint.clone().unwrap_or_default();
                let id = self.remember(request, visitor.now);
                sign_up(id, &email, None)
            }
            (Prompt::Login, _) | (Prompt::Unspecified | Prompt::SelectAccount, None) => {
                let client = request.client_id.clone();
                let hint = request.login_hint.clone().unwrap_or_default();
                Step::SignIn { request: self.remember(request, visitor.now), client, hint, notice: None }
            }
            (Prompt::None, None) => {
                let error = self.policy.login_required.clone();
                Step::Callback(request.refuse(&error, "nobody is signed in"))
            }
            (Prompt::SelectAccount, Some(session)) => {
                self.select_organization(request, &session, visitor.now)
            }
            // `organization_id` alone does not switch a live session; it takes `select_account`.
            (Prompt::Unspecified | Prompt::None, Some(session)) => {
                self.finish(&request, &session.id, &session.organization_id, visitor.now)
            }
        };
        step.into()
    }

    /// Somebody picked or typed an address.
    pub(crate) fn identify(&mut self, request: &str, email: &str, visitor: Visitor<'_>) -> Visit {
        let email = email.trim();
        let Some(pending) = self.login_requests.get_mut(request) else {
            return Step::Lost.into();
        };
        if !is_email(email) {
            return Step::SignIn {
                request: request.to_owned(),
                client: pending.request.client_id.clone(),
                hint: email.to_owned(),
                notice: Some("Please enter an e-mail address.".to_owned()),
            }
            .into();
        }
        if is_test_address(email) {
            return verify(request, pending, Identity::Known { email: email.to_owned() }).into();
        }
        self.welcome(request, email, visitor)
    }

    /// Somebody filled in the sign-up form.
    pub(crate) fn register(&mut self, request: &str, form: &SignUp, visitor: Visitor<'_>) -> Visit {
        let form = SignUp {
            email: form.email.trim().to_owned(),
            name: form.name.trim().to_owned(),
            organization: form.organization.trim().to_owned(),
        };
        let taken = self.user_by_email(&form.email).is_some();
        let Some(pending) = self.login_requests.get_mut(request) else {
            return Step::Lost.into();
        };
        if taken {
            return Step::SignIn {
                request: request.to_owned(),
                client: pending.request.client_id.clone(),
                hint: form.email,
                notice: Some("There is an account with this address: sign in.".to_owned()),
            }
            .into();
        }
        if !is_email(&form.email) || form.name.is_empty() || form.organization.is_empty() {
            return Step::SignUp {
                request: request.to_owned(),
                filled: form,
                notice: Some("Please fill in all three.".to_owned()),
            }
            .into();
        }
        if is_test_address(&form.email) {
            return verify(request, pending, Identity::New(form)).into();
        }
        self.create(request, &form, visitor)
    }

    /// Somebody typed the one-time code.
    pub(crate) fn verify(&mut self, request: &str, code: &str, visitor: Visitor<'_>) -> Visit {
        let Some(identity) =
            self.login_requests.get(request).and_then(|pending| pending.awaiting_code.clone())
        else {
            return Step::Lost.into();
        };
        if code.trim() != TEST_CODE {
            return Step::Verify {
                request: request.to_owned(),
                email: identity.email().to_owned(),
                wrong: true,
            }
            .into();
        }
        match identity {
            Identity::Known { email } => self.welcome(request, &email, visitor),
            Identity::New(form) => self.create(request, &form, visitor),
        }
    }

    /// Somebody chose one of their organizations.
    pub(crate) fn choose(&mut self, request: &str, organization: &str, visitor: Visitor<'_>) -> Step {
        let Some(pending) = self.login_requests.get(request).cloned() else {
            return Step::Lost;
        };
        let Some(session) = self.live_session(visitor.cookie, visitor.now).cloned() else {
            return Step::Lost;
        };
        self.login_requests.remove(request);
        self.enter(&pending.request, &session, organization, visitor.now)
    }

    /// Somebody does not want to sign in.
    pub(crate) fn cancel(&mut self, request: &str) -> Step {
        match self.login_requests.remove(request) {
            Some(pending) => {
                Step::Callback(pending.request.refuse("access_denied", "the person did not want to sign in"))
            }
            None => Step::Lost,
        }
    }

    /// The address is proven: on to the organization, or to sign-up when nobody has it.
    fn welcome(&mut self, request: &str, email: &str, visitor: Visitor<'_>) -> Visit {
        let Some(user) = self.user_by_email(email) else {
            let notice = "Nobody has this address yet: create an account.".to_owned();
            return sign_up(request.to_owned(), email, Some(notice)).into();
        };
        let user = user.clone();
        self.sign_in(request, &user, visitor)
    }

    fn create(&mut self, request: &str, form: &SignUp, visitor: Visitor<'_>) -> Visit {
        let organization = self.add_organization(&form.organization);
        let user = User::new(&form.email, &form.name).member(admin_of(&organization));
        let id = self.add_user(user.clone(), visitor.now);
        let user = user.id(id);
        self.announce_sign_up(&user, &organization, visitor.now);
        self.sign_in(request, &user, visitor)
    }

    fn sign_in(&mut self, request: &str, user: &User, visitor: Visitor<'_>) -> Visit {
        let Some(pending) = self.login_requests.remove(request) else {
            return Step::Lost.into();
        };
        let (session, cookie) = self.start_session(user, visitor);
        Visit { step: self.select_organization(pending.request, &session, visitor.now), cookie }
    }

    /// The same person keeps the session of the browser; another person ends it.
    fn start_session(&mut self, user: &User, visitor: Visitor<'_>) -> (Session, Option<String>) {
        let user_id = user.id.clone().unwrap_or_default();
        if let Some(session) = self.live_session(visitor.cookie, visitor.now) {
            if session.user_id == user_id {
                session.created_at = visitor.now;
                session.last_active_at = visitor.now;
                session.login_unannounced = true;
                return (session.clone(), None);
            }
            let id = session.id.clone();
            self.close(&id, SessionStatus::Logout, visitor.now);
        }
        let session = Session {
            id: self.ids.id("ses_"),
            user_id,
            organization_id: user
                .memberships
                .first()
                .map(|membership| membership.organization.clone())
                .unwrap_or_default(),
            authenticated_organizations: Vec::new(),
            authenticated_clients: Vec::new(),
            status: SessionStatus::Active,
            created_at: visitor.now,
            last_active_at: visitor.now,
            ended_at: None,
            user_agent: visitor.user_agent.map(str::to_owned),
            login_unannounced: true,
        };
        let cookie = self.ids.hex(40);
        self.browsers.insert(cookie.clone(), session.id.clone());
        self.sessions.insert(session.id.clone(), session.clone());
        (session, Some(cookie))
    }

    fn select_organization(&mut self, request: AuthorizationRequest, session: &Session, now: u64) -> Step {
        if let Some(organization) = request.organization_id.clone() {
            return self.enter(&request, session, &organization, now);
        }
        let (email, organizations) = match self.user(&session.user_id) {
            Some(user) => (user.email.clone(), user.memberships.clone()),
            None => return Step::Lost,
        };
        match organizations.as_slice() {
            [only] => self.enter(&request, session, &only.organization, now),
            several => {
                let options = several
                    .iter()
                    .filter_map(|membership| self.organization(&membership.organization))
                    .map(|organization| (organization.id.clone(), organization.name.clone()))
                    .collect();
                Step::ChooseOrganization { request: self.remember(request, now), email, options }
            }
        }
    }

    fn enter(
        &mut self,
        request: &AuthorizationRequest,
        session: &Session,
        organization: &str,
        now: u64,
    ) -> Step {
        let member = self.user(&session.user_id).is_some_and(|user| user.membership(organization).is_some());
        if member {
            self.finish(request, &session.id, organization, now)
        } else {
            Step::Callback(request.refuse("access_denied", "not a member of the organization"))
        }
    }

    fn finish(
        &mut self,
        request: &AuthorizationRequest,
        session_id: &str,
        organization: &str,
        now: u64,
    ) -> Step {
        if let Some(session) = self.sessions.get_mut(session_id) {
            session.last_active_at = now;
            organization.clone_into(&mut session.organization_id);
            session.admit(&request.client_id, organization);
        }
        self.announce_login(session_id, now);
        let code = self.issue_code(request, session_id, organization, now);
        Step::Callback(request.answer(&code))
    }

    fn remember(&mut self, request: AuthorizationRequest, now: u64) -> String {
        let lifetime = millis(std::time::Duration::from_secs(LIFETIME_SECONDS));
        self.login_requests.retain(|_, pending| now.saturating_sub(pending.begun_at) < lifetime);
        let id = self.ids.id("lri_");
        self.login_requests.insert(id.clone(), LoginRequest { request, begun_at: now, awaiting_code: None });
        id
    }
}

fn verify(request: &str, pending: &mut LoginRequest, identity: Identity) -> Step {
    let email = identity.email().to_owned();
    pending.awaiting_code = Some(identity);
    Step::Verify { request: request.to_owned(), email, wrong: false }
}

fn sign_up(request: String, email: &str, notice: Option<String>) -> Step {
    Step::SignUp {
        request,
        filled: SignUp { email: email.to_owned(), name: String::new(), organization: String::new() },
        notice,
    }
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(user, domain)| !user.is_empty() && !domain.is_empty())
}

/// `…+sktest@…` or `…+sktest…@…`: Scalekit sends no e-mail to these.
fn is_test_address(email: &str) -> bool {
    email.rsplit_once('@').is_some_and(|(user, _)| user.contains("+sktest"))
}
