//! Whom a request is from: seen before, seen for the first time, and as the quickstart's recipe finds out.

#![expect(clippy::panic, reason = "a benchmark of the wrong answer is worth nothing")]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use scalekit_benches::recipe::Recipe;
use scalekit_benches::signed_in;
use scalekit_session::adapter::{Exchange, Inspection, RequestView, Resolution};
use scalekit_session::testing::{SigningKey, TestEnvironment};
use scalekit_session::{Clock, SessionState};
use tokio::runtime::Runtime;

fn validate(criterion: &mut Criterion) {
    let Ok(runtime) = Runtime::new() else { panic!("no runtime") };
    let _entered = runtime.enter();
    let environment = TestEnvironment::new();
    let scalekit = environment.scalekit();
    let manager = scalekit.manager();
    let now = environment.clock().now();
    let user = signed_in::user();
    let fresh = || signed_in::cookie_header(&environment.sign_in(&scalekit, &user));

    // The first request waits for the signing keys; after it nothing waits.
    let seen = fresh();
    let headers = [("cookie", seen.as_str())];
    let request = RequestView::new("GET", "/invoices", &headers);
    let first = runtime.block_on(Exchange::new(manager.clone()).resolve(&request));
    assert!(matches!(first, SessionState::Active(_)), "{first:?}");

    let mut group = criterion.benchmark_group("validate");
    group.bench_function("warm", |bencher| {
        bencher.iter(|| active(manager.inspect(black_box(&request), now)));
    });
    group.bench_function("cold", |bencher| {
        let inspect = |cookies: String| {
            let headers = [("cookie", cookies.as_str())];
            active(manager.inspect(&RequestView::new("GET", "/invoices", &headers), now))
        };
        bencher.iter_batched(fresh, inspect, BatchSize::SmallInput);
    });
    group.bench_function("naive", |bencher| {
        let (recipe, cookies) = naive(&environment);
        let seconds = now.as_secs();
        bencher.iter(|| match recipe.validate(black_box(&cookies), seconds) {
            Some(claims) => claims,
            None => panic!("the recipe finds nobody"),
        });
    });
    group.finish();
}

fn active(inspection: Inspection) -> Resolution {
    match inspection {
        Inspection::Settled(resolution) if matches!(resolution.state(), SessionState::Active(_)) => {
            resolution
        }
        other => panic!("not at once: {other:?}"),
    }
}

/// The same tokens, sealed the recipe's way.
fn naive(environment: &TestEnvironment) -> (Recipe, String) {
    let grant = environment.grant(&signed_in::user());
    let recipe = Recipe::new(&SigningKey::development().jwk(TestEnvironment::KEY_ID));
    let (Some(recipe), Some(refresh_token), Some(id_token)) = (recipe, &grant.refresh_token, &grant.id_token)
    else {
        panic!("a grant of three tokens")
    };
    let sealed = recipe.seal(grant.access_token.secret(), refresh_token.secret(), id_token.secret());
    let Some(sealed) = sealed else { panic!("the recipe seals") };
    (recipe, signed_in::cookie_header(&format!("{sealed}; live=0123456789abcdef")))
}

criterion_group!(benches, validate);
criterion_main!(benches);
