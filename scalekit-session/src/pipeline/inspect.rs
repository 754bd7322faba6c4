//! Inspects a request: decides here and at once, unless the decision needs a call to Scalekit.

use std::sync::Arc;

use crate::clock::Timestamp;
use crate::cookie::RequestCookies;
use crate::instance::Instance;
use crate::pipeline::decide::{self, Noted, Step};
use crate::pipeline::find;
use crate::pipeline::gate;
use crate::pipeline::resolution::{Inspection, Resolution};
use crate::pipeline::settle;
use crate::request::RequestView;

/// Inspects a request. A decision that has to wait is returned as a future that does not borrow the request.
pub(crate) fn inspect(instance: &Arc<Instance>, request: &RequestView<'_>, now: Timestamp) -> Inspection {
    let cookies = RequestCookies::gather(request.headers, &instance.layout.names);
    if let Some(state) = gate::refused(instance, request, &cookies) {
        return Inspection::Settled(Resolution::new(state));
    }
    let case = find::case(instance, &cookies, now);
    match decide::step(instance, case, request, Some(&cookies), now) {
        Step::Settled(resolution) => Inspection::Settled(resolution),
        Step::Waits(case, wait) => {
            let held = find::held(instance, &cookies, &case);
            Inspection::Pending(settle::settle(instance, case, Noted::of(request), held, wait))
        }
    }
}
