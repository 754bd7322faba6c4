//! The types that applications share between threads are `Send` and `Sync`.

use scalekit_session as core;

fn shared<T: Send + Sync + 'static>() {}
fn sent<T: Send>() {}

#[test]
fn public_types_are_send_and_sync() {
    shared::<core::Scalekit>();
    shared::<core::client::ScalekitClient>();
    shared::<core::Session>();
    shared::<core::SessionState>();
    shared::<core::Claims>();
    shared::<core::Profile>();
    shared::<core::adapter::Exchange>();
    shared::<core::adapter::Resolution>();
    shared::<core::Requires>();
    shared::<core::adapter::Reply>();
    shared::<core::adapter::HeaderEdits>();
    shared::<core::adapter::RequestHead>();
    shared::<core::Error>();
    shared::<core::ConfigError>();
    shared::<core::client::ClientError>();
    shared::<std::sync::Arc<dyn core::SessionManager>>();
    sent::<core::adapter::Pending>();
    sent::<core::adapter::Inspection>();
    sent::<core::adapter::Resolving>();
    sent::<core::adapter::RequestView<'_>>();
}
