//! `scalekit-emulator`: serves one environment until Ctrl-C.

use std::path::Path;
use std::process::ExitCode;

use scalekit_emulator::{Emulator, EmulatorBuilder};
use url::Url;

use crate::arguments::{Arguments, Command};

mod arguments;

const HELP: &str = "\
A local Scalekit for development, demos and tests.

Usage: scalekit-emulator [OPTIONS]

Options:
      --port <PORT>                      Port to listen on; 0 for any free one [default: 8787]
      --redirect-uri <URL>               Callback of the application; may be repeated
                                         [default: http://localhost:3000/auth/callback]
      --post-logout-redirect-uri <URL>   Where to come back to after logout; may be repeated
                                         [default: the root of each callback]
      --initiate-login-uri <URL>         Login route of the application, for IdP-initiated login
      --back-channel-logout-uri <URL>    Where the application hears that a session has ended
      --webhook <URL>                    Where the application hears of events; may be repeated;
                                         signed with whsec_ZW11bGF0b3Itd2ViaG9vay1kZXZlbG9wbWVudC1rZXk=
      --access-token-secs <SECONDS>      Lifetime of access tokens [default: 300]
      --tls-cert <FILE>                  Serves HTTPS with this certificate for localhost, PEM
      --tls-key <FILE>                   The key of the certificate, PEM
  -h, --help                             Print this

Prints the variables of the application to standard output, one NAME=value a line, and serves until Ctrl-C.
";

#[tokio::main]
#[expect(clippy::print_stdout, reason = "standard output is the interface of the program")]
async fn main() -> ExitCode {
    let arguments = match arguments::parse(std::env::args().skip(1)) {
        Ok(Command::Serve(arguments)) => arguments,
        Ok(Command::Help) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("scalekit-emulator: {error}\nTry --help.");
            return ExitCode::from(2);
        }
    };
    let emulator = match start(&arguments).await {
        Ok(emulator) => emulator,
        Err(error) => {
            eprintln!("scalekit-emulator: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because {error}");
                cause = error.source();
            }
            return ExitCode::FAILURE;
        }
    };
    let variables = emulator.env(arguments.first_redirect_uri());
    let secret = Some(emulator.webhook_secret()).filter(|_| !arguments.webhooks.is_empty());
    let secret = secret.map(|secret| ("SCALEKIT_WEBHOOK_SECRET".to_owned(), secret.to_owned()));
    // A caller who waits for the variables waits for the cookie secret, which comes last.
    for (name, value) in secret.into_iter().chain(variables) {
        println!("{name}={value}");
    }
    eprintln!("Serving on {url}, where a page shows who is there. Stop with Ctrl-C.", url = emulator.url());
    if let Err(error) = tokio::signal::ctrl_c().await {
        eprintln!("scalekit-emulator: cannot wait for Ctrl-C: {error}");
        return ExitCode::FAILURE;
    }
    emulator.shutdown().await;
    ExitCode::SUCCESS
}

async fn start(arguments: &Arguments) -> Result<Emulator, Box<dyn std::error::Error>> {
    let mut builder = Emulator::builder().port(arguments.port).control_api(true);
    if let Some(lifetime) = arguments.access_token_lifetime {
        builder = builder.access_token_lifetime(lifetime);
    }
    for uri in arguments.redirect_uris() {
        builder = builder.redirect_uri(uri);
        if let Ok(root) = Url::parse(uri).and_then(|uri| uri.join("/")) {
            builder = builder.post_logout_redirect_uri(root);
        }
    }
    for uri in &arguments.post_logout_redirect_uris {
        builder = builder.post_logout_redirect_uri(uri);
    }
    if let Some(uri) = &arguments.initiate_login_uri {
        builder = builder.initiate_login_uri(uri);
    }
    if let Some(uri) = &arguments.back_channel_logout_uri {
        builder = builder.back_channel_logout_uri(uri);
    }
    for url in &arguments.webhooks {
        builder = builder.webhook(url);
    }
    if let Some((certificate, key)) = &arguments.tls {
        builder = secure(builder, certificate, key)?;
    }
    Ok(builder.start().await?)
}

#[cfg(feature = "tls")]
fn secure(
    builder: EmulatorBuilder,
    certificate: &Path,
    key: &Path,
) -> Result<EmulatorBuilder, Box<dyn std::error::Error>> {
    let read = |path: &Path| std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    Ok(builder.tls(read(certificate)?, read(key)?))
}

#[cfg(not(feature = "tls"))]
fn secure(_: EmulatorBuilder, _: &Path, _: &Path) -> Result<EmulatorBuilder, Box<dyn std::error::Error>> {
    Err("HTTPS needs the emulator to be built with --features tls".into())
}
