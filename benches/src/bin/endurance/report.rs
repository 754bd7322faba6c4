//! The outcome, and whether it is good.

use std::fmt;
use std::time::Duration;

use crate::options::Options;
use crate::tally::Tally;

/// Everything that was counted. The first session is the one that many clients share.
pub(crate) struct Report {
    elapsed: Duration,
    token_life: Duration,
    served: u64,
    to_login: u64,
    failed: u64,
    slowest: Duration,
    examples: Vec<String>,
    refreshes: Vec<u64>,
    token_calls: u64,
}

impl Report {
    pub(crate) fn new(
        options: &Options,
        elapsed: Duration,
        tally: &Tally,
        refreshes: Vec<u64>,
        token_calls: usize,
    ) -> Self {
        Self {
            elapsed,
            token_life: options.token_life,
            served: tally.served(),
            to_login: tally.to_login(),
            failed: tally.failures(),
            slowest: tally.slowest(),
            examples: tally.examples(),
            refreshes,
            token_calls: u64::try_from(token_calls).unwrap_or(u64::MAX),
        }
    }

    /// No failure, no login page, one refresh per session and token life, and a call for each of them and no more.
    pub(crate) fn is_good(&self) -> bool {
        let most = self.most_refreshes();
        self.failed == 0
            && self.to_login == 0
            && self.served > 0
            && self.refreshes.iter().all(|count| *count <= most)
            && self.token_calls == self.succeeded()
    }

    /// A token is used until the refresh buffer before its end: a fifth of its life, jittered by a tenth of that
    /// (R13). So the shortest use is 78 % of the life.
    fn most_refreshes(&self) -> u64 {
        let shortest_use = self.token_life.as_millis().saturating_mul(78) / 100;
        let lives = self.elapsed.as_millis() / shortest_use.max(1);
        u64::try_from(lives).unwrap_or(u64::MAX).saturating_add(1)
    }

    fn succeeded(&self) -> u64 {
        self.refreshes.iter().sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.elapsed.as_secs_f64();
        let rate = self.served as f64 / seconds.max(f64::EPSILON);
        let shared = self.refreshes.first().copied().unwrap_or_default();
        let others = self.refreshes.get(1..).unwrap_or_default();
        let (fewest, most) = (
            others.iter().min().copied().unwrap_or_default(),
            others.iter().max().copied().unwrap_or_default(),
        );
        let rows = [
            ("clients", format!("{} on one session, {} on sessions of their own", crate::TABS, others.len())),
            ("time, token life", format!("{seconds:.1} s, {} s", self.token_life.as_secs())),
            ("requests served", format!("{} ({rate:.0}/s)", self.served)),
            ("slowest request", format!("{:.1} ms", self.slowest.as_secs_f64() * 1000.0)),
            ("requests failed", self.failed.to_string()),
            ("sent to login", self.to_login.to_string()),
            ("refreshes, shared", format!("{shared} (at most {})", self.most_refreshes())),
            ("refreshes, others", format!("{fewest} to {most} each (at most {})", self.most_refreshes())),
            ("token calls", format!("{} for {} refreshes", self.token_calls, self.succeeded())),
            ("verdict", if self.is_good() { "good".to_owned() } else { "NOT good".to_owned() }),
        ];
        for (name, value) in &rows {
            writeln!(f, "{name:<18} {value}")?;
        }
        self.examples.iter().try_for_each(|example| writeln!(f, "  {example}"))
    }
}
