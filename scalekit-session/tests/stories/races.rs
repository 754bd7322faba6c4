//! Responses that arrive late and in any order, while tokens are refreshed and the user logs out. Each request is
//! resolved at once; its response is delivered later.

use std::time::Duration;

use crate::support::{Answer, Browser, FakeScalekit};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    /// Send a request. Its response is on its way.
    Send,
    /// Deliver one of the responses that are on their way.
    Deliver(prop::sample::Index),
    /// Wait for so many seconds.
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => Just(Step::Send),
        4 => any::<prop::sample::Index>().prop_map(Step::Deliver),
        3 => (1_u64..40).prop_map(Step::Wait),
        1 => (60_u64..400).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 1..40)
}

/// The longest delay of a response, in seconds: less than the 60 s for which new tokens are kept.
const LONGEST_DELAY: u64 = 59;

struct Race {
    fake: FakeScalekit,
    browser: Browser,
    under_way: Vec<(u64, Answer)>,
    time: u64,
}

impl Race {
    async fn start(life: u64) -> Self {
        let fake = FakeScalekit::new();
        fake.set_life(life);
        let browser = Browser::signed_in(&fake, &fake.scalekit()).await;
        Self { fake, browser, under_way: Vec::new(), time: 0 }
    }

    async fn step(&mut self, step: &Step) {
        match step {
            Step::Send => {
                let answer = self.browser.send("GET", &[]).await;
                self.under_way.push((self.time, answer));
            }
            Step::Deliver(index) if !self.under_way.is_empty() => {
                let (_, answer) = self.under_way.remove(index.index(self.under_way.len()));
                self.browser.deliver(&answer);
            }
            Step::Deliver(_) => {}
            Step::Wait(seconds) => self.wait(*seconds),
        }
    }

    /// Lets time pass. A response arrives before it is later than [`LONGEST_DELAY`].
    fn wait(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.time += 1;
            self.fake.clock.advance(Duration::from_secs(1));
            let due: Vec<_> =
                self.under_way.extract_if(.., |(sent, _)| self.time - *sent >= LONGEST_DELAY).collect();
            due.iter().for_each(|(_, answer)| self.browser.deliver(answer));
        }
    }

    fn deliver_all(&mut self) {
        for (_, answer) in std::mem::take(&mut self.under_way) {
            self.browser.deliver(&answer);
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn r2_r30_r54_no_order_of_arrival_loses_a_session(steps in steps(), idle in 1_u64..840, life in prop_oneof![Just(40_u64), Just(300)]) {
        runtime().block_on(async {
            let mut race = Race::start(life).await;
            for step in &steps {
                race.step(step).await;
                let answer = race.browser.send("GET", &[]).await;
                prop_assert!(answer.is_active(), "after {step:?}: {:?}", answer.state);
                race.under_way.push((race.time, answer));
            }
            race.deliver_all();
            prop_assert!(race.browser.get().await.is_active());
            race.wait(idle);
            prop_assert!(race.browser.get().await.is_active());
            Ok(())
        })?;
    }

    #[test]
    fn r30_r32_no_order_of_arrival_brings_a_session_back(before in steps(), after in steps()) {
        runtime().block_on(async {
            let mut race = Race::start(40).await;
            for step in &before {
                race.step(step).await;
            }
            let logout = race.browser.serve(scalekit_session::adapter::AuthRoute::Logout, "POST", "/auth/logout").await;
            race.browser.apply(&logout);
            for step in &after {
                race.step(step).await;
            }
            race.deliver_all();
            prop_assert!(race.browser.get().await.is_anonymous());
            // An instance that does not know of the logout.
            race.browser.scalekit = race.fake.scalekit();
            prop_assert!(race.browser.get().await.is_anonymous());
            Ok(())
        })?;
    }
}
