//! What applications share between threads and workers can be shared.

use scalekit_session as core;

fn shared<T: Send + Sync + 'static>() {}
fn sent<T: Send>() {}

#[test]
fn public_types_are_send_and_sync() {
    shared::<core::Scalekit>();
    shared::<core::ScalekitClient>();
    shared::<core::Session>();
    shared::<core::State>();
    shared::<core::Claims>();
    shared::<core::Profile>();
    shared::<core::Exchange>();
    shared::<core::Resolution>();
    shared::<core::Requirement>();
    shared::<core::Reply>();
    shared::<core::HeaderEdits>();
    shared::<core::RequestHead>();
    shared::<core::Error>();
    shared::<core::ConfigError>();
    shared::<core::ClientError>();
    shared::<std::sync::Arc<dyn core::SessionManager>>();
    sent::<core::Pending>();
    sent::<core::Inspection>();
    sent::<core::Resolving>();
    sent::<core::RequestView<'_>>();
}
