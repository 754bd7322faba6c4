//! What the world tells applications: logout tokens and webhook events.

use serde_json::{Value, json};

use crate::deliveries::DeliveryKind;
use crate::sessions::{Session, SessionStatus};
use crate::timestamps::spaced;
use crate::users::User;
use crate::webhooks::WebhookKey;
use crate::world::World;

const ENVIRONMENT_ID: &str = "env_100000000000000001";
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
const LOGOUT_TOKEN_LIFETIME: u64 = 120;

/// Something to be sent to one address.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) kind: DeliveryKind,
    pub(crate) url: String,
    pub(crate) at: u64,
    pub(crate) content: Content,
}

#[derive(Debug)]
pub(crate) enum Content {
    /// The claims of a logout token, but for the issuer.
    LogoutToken(Value),
    Event {
        body: String,
        key: WebhookKey,
    },
}

impl World {
    /// Ends a living session and tells everybody who took part in it.
    pub(crate) fn close(&mut self, id: &str, status: SessionStatus, now: u64) {
        let Some(session) = self.sessions.get_mut(id).filter(|session| session.is_active()) else {
            return;
        };
        session.end(status, now);
        let session = session.clone();
        for client in &session.authenticated_clients {
            let uri =
                self.client(&client.client_id).and_then(|client| client.back_channel_logout_uri.clone());
            if let Some(url) = uri {
                self.call_back(&session, &client.client_id, url, now);
            }
        }
        self.announce_session(DeliveryKind::UserLogout, &session, now);
    }

    /// `user.login`, once for each time that somebody has signed in.
    pub(crate) fn announce_login(&mut self, session_id: &str, now: u64) {
        if let Some(session) = self.sessions.get_mut(session_id)
            && std::mem::take(&mut session.login_unannounced)
        {
            let session = session.clone();
            self.announce_session(DeliveryKind::UserLogin, &session, now);
        }
    }

    /// `user.signup`
    pub(crate) fn announce_sign_up(&mut self, user: &User, organization: &str, now: u64) {
        self.announce(DeliveryKind::UserSignUp, organization, &json!({ "user": user_json(user, None) }), now);
    }

    fn announce_session(&mut self, kind: DeliveryKind, session: &Session, now: u64) {
        let Some(user) = self.user(&session.user_id) else { return };
        let mut user_session = session.details(self.policy.timeouts, spaced);
        if let Some(details) = user_session.as_object_mut() {
            details.remove("authenticated_clients");
            details.insert("status".to_owned(), session.status.name().to_ascii_uppercase().into());
        }
        let data = json!({ "user": user_json(user, Some(session.created_at)), "user_session": user_session });
        self.announce(kind, &session.organization_id, &data, now);
    }

    fn announce(&mut self, kind: DeliveryKind, organization: &str, data: &Value, now: u64) {
        if self.webhooks.is_empty() {
            return;
        }
        let id = self.ids.id("evt_");
        let body = json!({
            "spec_version": "1",
            "id": id,
            "type": kind.name(),
            "object": "User",
            "occurred_at": spaced(now),
            "environment_id": ENVIRONMENT_ID,
            "organization_id": organization,
            "data": data,
        })
        .to_string();
        self.outbox.extend(self.webhooks.iter().map(|webhook| Message {
            id: id.clone(),
            kind,
            url: webhook.url.clone(),
            at: now,
            content: Content::Event { body: body.clone(), key: webhook.key.clone() },
        }));
    }

    /// OpenID Connect Back-Channel Logout 1.0 §2.4. There is no `nonce`, ever.
    fn call_back(&mut self, session: &Session, client_id: &str, url: String, now: u64) {
        let id = self.ids.id("tkn_");
        let seconds = now / 1000;
        let claims = json!({
            "aud": [client_id],
            "sub": session.user_id,
            "sid": session.id,
            "jti": id,
            "iat": seconds,
            "exp": seconds + LOGOUT_TOKEN_LIFETIME,
            "events": { LOGOUT_EVENT: {} },
        });
        let kind = DeliveryKind::BackChannelLogout;
        self.outbox.push(Message { id, kind, url, at: now, content: Content::LogoutToken(claims) });
    }
}

fn user_json(user: &User, last_login: Option<u64>) -> Value {
    let (given, family) = user.split_name();
    json!({
        "id": user.id,
        "email": user.email,
        "external_id": user.external_id,
        "metadata": {},
        "create_time": spaced(user.created_at),
        "update_time": spaced(user.created_at),
        "last_login_time": last_login.map(spaced),
        "user_profile": {
            "name": user.name,
            "given_name": given,
            "family_name": family,
            "email_verified": user.email_verified,
            "external_identities": [],
        },
    })
}
