//! A login with the emulator as Scalekit, as a browser goes through it.

use scalekit_emulator::Emulator;
use url::Url;

use super::Browser;
use super::answer::Answer;
use super::request::{Initiator, page};

/// Login, with the emulator as Scalekit.
impl Browser {
    /// Loads a page, is led to login, signs in, and returns the place to which the callback leads.
    ///
    /// # Panics
    ///
    /// When the page does not lead to Scalekit, or Scalekit does not know the person.
    pub async fn log_in(&self, emulator: &Emulator, email: &str, path: &str) -> String {
        let begun = self.follow_redirects(page(path)).await;
        let callback = self.hosted_pages(emulator, email, &begun);
        self.come_back(&callback).await.location().to_owned()
    }

    /// From the login route, over Scalekit's pages, to the answer of the callback.
    ///
    /// # Panics
    ///
    /// When the login route does not lead to Scalekit, or Scalekit does not know the person.
    pub async fn finish_login(&self, emulator: &Emulator, email: &str, login: &str) -> Answer {
        let begun = self.visit(login).await;
        let callback = self.hosted_pages(emulator, email, &begun);
        self.come_back(&callback).await
    }

    /// Signs in at Scalekit's pages, to which `begun` leads. Returns path and query of the callback.
    ///
    /// # Panics
    ///
    /// When `begun` does not lead to Scalekit, Scalekit does not know the person, or it leads to another origin.
    #[must_use]
    pub fn hosted_pages(&self, emulator: &Emulator, email: &str, begun: &Answer) -> String {
        assert_eq!(begun.status, 303, "{} leads to Scalekit: {}", begun.of, begun.body);
        let callback = emulator.authenticate(begun.location(), email).unwrap();
        let callback = Url::parse(&callback).unwrap();
        assert_eq!(callback.origin(), self.origin.origin(), "the callback is the application's");
        format!("{}?{}", callback.path(), callback.query().unwrap_or_default())
    }

    /// Loads a page because another site redirected there.
    pub async fn come_back(&self, path: &str) -> Answer {
        self.send(page(path).from(Initiator::OtherSite)).await
    }
}
