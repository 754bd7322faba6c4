//! One call to Scalekit: its place in line, and the longest time it may take.

use std::pin::pin;
use std::time::Duration;

use async_lock::{Semaphore, SemaphoreGuard};
use futures_util::future::{Either, select};

use crate::upstream::runtime::Runtime;
use crate::upstream::transport::{HttpRequest, HttpResponse, Transport, TransportError, TransportFailure};

/// No call takes longer, whatever the transport promises.
const LONGEST_CALL: Duration = Duration::from_secs(20);

/// Nobody waits longer for one of the calls under way to end.
const LONGEST_LINE: Duration = Duration::from_secs(10);

/// Waits in line for a call to the token endpoint, but not for ever: whoever leaves it has sent nothing.
pub(crate) async fn turn<'c>(
    runtime: &dyn Runtime,
    line: &'c Semaphore,
) -> Result<SemaphoreGuard<'c>, TransportError> {
    match select(pin!(line.acquire()), runtime.sleep(LONGEST_LINE)).await {
        Either::Left((turn, _)) => Ok(turn),
        Either::Right(((), _)) => Err(TransportError::new(TransportFailure::Timeout)),
    }
}

/// Sends a request within the time a call may take.
pub(crate) async fn send(
    transport: &dyn Transport,
    runtime: &dyn Runtime,
    request: HttpRequest,
) -> Result<HttpResponse, TransportError> {
    match select(transport.send(request), runtime.sleep(LONGEST_CALL)).await {
        Either::Left((response, _)) => response,
        Either::Right(((), _)) => Err(TransportError::new(TransportFailure::Timeout)),
    }
}
