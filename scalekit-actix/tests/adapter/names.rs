//! Only a cookie of our exact name is ours (R43): actix-web's jar decodes names and trims what it takes for blank, and
//! a sibling domain can set what decodes and trims to `__Host-…`.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails, and says where")]

use http::Request;

use crate::support::{ADA, ADA_ID, Answer, BOB, World};

/// Names that a careless reader takes for that name.
fn lookalikes(name: &str) -> Vec<String> {
    let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    vec![
        name.replace('_', "%5F"),
        name.replace('-', "%2D"),
        name.replacen('H', "%48", 1).replacen('s', "%73", 1),
        encoded,
        format!("\u{2000}{name}"),
        format!("{name}\u{2000}"),
        format!("\u{a0}{name}"),
        format!("\u{3000}{name}"),
        format!("\u{85}{name}"),
        format!("\u{b}{name}"),
        format!("{name}\u{c}"),
        format!("%20{name}"),
        format!("%E2%80%80{name}"),
        format!("{name}%00"),
        format!("\"{name}\""),
        name.to_lowercase().replace("scalekit", "SCALEKIT"),
    ]
}

async fn look(world: &World, cookies: &[u8]) -> Answer {
    let request =
        Request::builder().uri("/maybe").header("host", "app.example.com").header("cookie", cookies);
    Answer::read(world.server.send(request.body(()).unwrap()).await).await
}

#[tokio::test]
async fn r43_a_cookie_whose_name_only_decodes_or_trims_to_ours_is_not_ours() {
    let world = World::at("https://app.example.com").await;
    let bob = world.signed_in(BOB).await;
    let data = bob.jar.data_name().unwrap();
    let live = format!("{data}-live");
    assert!(data.starts_with("__Host-"));
    let (value, marker) = (bob.jar.value(&data).unwrap(), bob.jar.value(&live).unwrap());
    let honest = look(&world, format!("{data}={value}; {live}={marker}").as_bytes()).await;
    assert!(honest.body.starts_with("active"), "{}", honest.body);

    for (data, live) in lookalikes(&data).into_iter().zip(lookalikes(&live)) {
        let line = format!("{data}={value}; {live}={marker}");
        if http::HeaderValue::from_bytes(line.as_bytes()).is_err() {
            continue;
        }
        let answer = look(&world, line.as_bytes()).await;
        // A server may refuse such a line as well.
        assert!(answer.status == 400 || answer.body == "anonymous", "{line:?}: {}", answer.body);
        assert_eq!(answer.set_cookies(), [""; 0], "{line:?}");
    }
}

#[tokio::test]
async fn r43_a_lookalike_beside_the_session_changes_nothing() {
    let world = World::at("https://app.example.com").await;
    let (ada, bob) = (world.signed_in(ADA).await, world.signed_in(BOB).await);
    let (data, own) = (ada.jar.data_name().unwrap(), ada.jar.header().unwrap());
    let live = format!("{data}-live");
    let (value, marker) = (bob.jar.value(&data).unwrap(), bob.jar.value(&live).unwrap());
    for (data, live) in lookalikes(&data).into_iter().zip(lookalikes(&live)) {
        for line in [
            format!("{data}={value}; {live}={marker}; {own}"),
            format!("{own}; {data}={value}; {live}={marker}"),
        ] {
            if http::HeaderValue::from_bytes(line.as_bytes()).is_err() {
                continue;
            }
            let answer = look(&world, line.as_bytes()).await;
            let whose = answer.body.strip_prefix("active ");
            assert!(answer.status == 400 || whose == Some(ADA_ID), "{line:?}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn cookies_may_come_in_several_lines() {
    let world = World::start().await;
    let browser = world.signed_in(ADA).await;
    let request = browser
        .jar
        .header()
        .unwrap()
        .split("; ")
        .fold(Request::builder().uri("/me").header("host", "localhost:3000"), |request, pair| {
            request.header("cookie", pair)
        });
    let answer = Answer::read(world.server.send(request.body(()).unwrap()).await).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ADA_ID));
}
