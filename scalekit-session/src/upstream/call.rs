//! One call to Scalekit: waiting in line, and sending with a time limit.

use std::pin::pin;
use std::time::Duration;

use async_lock::{Semaphore, SemaphoreGuard};
use futures_util::future::{Either, select};

use crate::upstream::runtime::Runtime;
use crate::upstream::transport::{HttpRequest, HttpResponse, Transport, TransportError, TransportFailure};

/// The longest time that a call may take, for transports without a limit of their own.
const LONGEST_CALL: Duration = Duration::from_secs(20);

/// The longest time that a call waits in line until one of the calls under way ends.
const LONGEST_LINE: Duration = Duration::from_secs(10);

/// Waits in line for a call to the token endpoint. Fails with a timeout after [`LONGEST_LINE`]; nothing was sent then.
pub(crate) async fn turn<'c>(
    runtime: &dyn Runtime,
    line: &'c Semaphore,
) -> Result<SemaphoreGuard<'c>, TransportError> {
    match select(pin!(line.acquire()), runtime.sleep(LONGEST_LINE)).await {
        Either::Left((turn, _)) => Ok(turn),
        Either::Right(((), _)) => Err(TransportError::new(TransportFailure::Timeout)),
    }
}

/// Sends a request. Fails with a timeout after [`LONGEST_CALL`].
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
