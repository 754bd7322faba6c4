//! What a login costs beside the network: sealing the tokens into cookies, for the usual user and for one with two
//! hundred permissions.

#![expect(clippy::panic, reason = "a benchmark of the wrong answer is worth nothing")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use scalekit_benches::signed_in;
use scalekit_session::testing::{TestEnvironment, TestUser};
use scalekit_session::{Clock, SessionManager};

fn seal(criterion: &mut Criterion) {
    let environment = TestEnvironment::new();
    let scalekit = environment.scalekit();
    let now = environment.clock().now();
    let many = (1..200).map(|n| format!("resource{n:03}:read")).fold(signed_in::user(), TestUser::permission);

    let mut group = criterion.benchmark_group("seal");
    for (size, user) in [("usual", signed_in::user()), ("two hundred permissions", many)] {
        let grant = environment.grant(&user);
        group.bench_with_input(BenchmarkId::from_parameter(size), &grant, |bencher, grant| {
            bencher.iter(|| match scalekit.seal(black_box(grant), now) {
                Ok(cookies) => cookies,
                Err(error) => panic!("{error}"),
            });
        });
    }
    group.finish();
}

criterion_group!(benches, seal);
criterion_main!(benches);
