use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::environment::Environment;
use crate::faults::FaultBook;
use crate::routes;
use crate::wire::{Loopback, Scissors, Security};

/// How long [`Server::stop`] waits for requests in progress.
const PATIENCE: Duration = Duration::from_secs(1);

/// Sockets of loopback addresses: IPv4, and IPv6 where the machine has it.
#[derive(Debug)]
pub(crate) struct Sockets {
    pub(crate) port: u16,
    listeners: Vec<TcpListener>,
}

impl Sockets {
    pub(crate) async fn bind(port: u16) -> io::Result<Self> {
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = v4.local_addr()?.port();
        let mut listeners = vec![v4];
        match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            Ok(v6) => listeners.push(v6),
            // Browsers that try IPv6 first would meet somebody else's server there.
            Err(taken) if taken.kind() == io::ErrorKind::AddrInUse => return Err(taken),
            Err(missing) => tracing::debug!(%missing, "no IPv6 loopback"),
        }
        Ok(Self { port, listeners })
    }
}

/// The tasks that serve.
#[derive(Debug)]
pub(crate) struct Server {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<io::Result<()>>>,
    faults: Arc<FaultBook>,
}

impl Server {
    pub(crate) fn start(
        sockets: Sockets,
        security: &Security,
        environment: &Arc<Environment>,
        control_api: bool,
    ) -> Self {
        let stop = watch::Sender::new(false);
        let router = routes::router(Arc::clone(environment), control_api);
        let tasks = sockets
            .listeners
            .into_iter()
            .map(|listener| {
                let loopback = Loopback { listener, security: security.clone() };
                serve(loopback, router.clone(), stop.subscribe())
            })
            .collect();
        Self { stop, tasks, faults: Arc::clone(&environment.faults) }
    }

    /// Stops accepting at once, and lets requests in progress finish, for a second at most.
    pub(crate) async fn stop(mut self) {
        self.faults.clear();
        self.stop.send_replace(true);
        for mut task in std::mem::take(&mut self.tasks) {
            if tokio::time::timeout(PATIENCE, &mut task).await.is_err() {
                task.abort();
                // Only when the task is gone is its port free.
                let _aborted = task.await;
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A held request would keep its connection for ever.
        self.faults.clear();
        self.stop.send_replace(true);
        for task in &self.tasks {
            task.abort();
        }
    }
}

fn serve(loopback: Loopback, router: Router, mut stop: watch::Receiver<bool>) -> JoinHandle<io::Result<()>> {
    tokio::spawn(async move {
        axum::serve(loopback, router.into_make_service_with_connect_info::<Scissors>())
            .with_graceful_shutdown(async move {
                // An error means that the server is gone: stop too.
                let _stopped = stop.wait_for(|stop| *stop).await;
            })
            .await
    })
}
