//! The application under test: what an adapter implements, and how the suite holds it.

use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

/// The application under test: what an adapter implements, once.
///
/// It serves the [routes](crate#the-application) over plain HTTP on a loopback address. Whatever it is told about its
/// public origin, `https://` included, is said by [`Environment::variables`].
pub trait Application: Sized + Send + Sync + 'static {
    /// Starts the application, on a port of its own choosing.
    fn start(environment: Environment) -> impl Future<Output = Self> + Send;

    /// Where it listens.
    fn address(&self) -> SocketAddr;

    /// Lets time pass for it: the clock of its session layer moves, nothing else happens.
    fn advance(&self, time: Duration);

    /// Stops it. Requests in progress may be cut off.
    fn stop(self) -> impl Future<Output = ()> + Send;
}

/// In which environment an application starts.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Environment {
    /// What it would find in its environment variables: `SCALEKIT_ENVIRONMENT_URL` and the like.
    pub variables: Vec<(String, String)>,
    /// What its clock shows when it starts, in seconds since the Unix epoch. It stands still between calls of
    /// [`Application::advance`].
    pub now: u64,
}

impl Environment {
    /// The value of a variable.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<String> {
        self.variables.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
    }
}

pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An application of any type.
pub(crate) trait Running: Send + Sync {
    fn address(&self) -> SocketAddr;
    fn advance(&self, time: Duration);
    fn stop(self: Box<Self>) -> Boxed<'static, ()>;
}

impl<A: Application> Running for A {
    fn address(&self) -> SocketAddr {
        Application::address(self)
    }

    fn advance(&self, time: Duration) {
        Application::advance(self, time);
    }

    fn stop(self: Box<Self>) -> Boxed<'static, ()> {
        Box::pin(Application::stop(*self))
    }
}

pub(crate) type Start = fn(Environment) -> Boxed<'static, Box<dyn Running>>;

pub(crate) fn start<A: Application>(environment: Environment) -> Boxed<'static, Box<dyn Running>> {
    Box::pin(async move { Box::new(A::start(environment).await) as Box<dyn Running> })
}
