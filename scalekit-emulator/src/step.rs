/// Who somebody says they are.
#[derive(Clone, Debug)]
pub(crate) enum Identity {
    Known { email: String },
    New(SignUp),
}

#[derive(Clone, Debug)]
pub(crate) struct SignUp {
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) organization: String,
}

/// What the browser sees next.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Callback(String),
    SignIn {
        request: String,
        client: String,
        hint: String,
        notice: Option<String>,
    },
    SignUp {
        request: String,
        filled: SignUp,
        notice: Option<String>,
    },
    Verify {
        request: String,
        email: String,
        wrong: bool,
    },
    ChooseOrganization {
        request: String,
        email: String,
        options: Vec<(String, String)>,
    },
    /// The page was open for too long, or the emulator was restarted.
    Lost,
}

/// A step, and the browser's new cookie when it has just signed in.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) step: Step,
    pub(crate) cookie: Option<String>,
}

impl From<Step> for Visit {
    fn from(step: Step) -> Self {
        Self { step, cookie: None }
    }
}

impl Identity {
    pub(crate) fn email(&self) -> &str {
        match self {
            Self::Known { email } | Self::New(SignUp { email, .. }) => email,
        }
    }
}
