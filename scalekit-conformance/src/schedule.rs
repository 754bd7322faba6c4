//! Every order in which requests can leave and their responses arrive.

/// Something that happens to the request of that number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// It leaves, with the cookies that the browser has then.
    Send(usize),
    /// Its response arrives, and its cookies go into the jar.
    Arrive(usize),
}

/// Every order in which `requests` requests, sent one after the other, can have their responses arrive: 1, 3, 15, 105…
pub(crate) fn orders(requests: usize) -> Vec<Vec<Event>> {
    let mut found = Vec::new();
    extend(requests, 0, &mut Vec::new(), &mut Vec::new(), &mut found);
    found
}

/// Every way to let each of `requests` requests go to one of `instances` instances.
pub(crate) fn assignments(requests: usize, instances: usize) -> Vec<Vec<usize>> {
    let mut found = vec![Vec::new()];
    for _ in 0..requests {
        found = found
            .into_iter()
            .flat_map(|start| {
                (0..instances).map(move |instance| start.iter().copied().chain([instance]).collect())
            })
            .collect();
    }
    found
}

fn extend(
    requests: usize,
    sent: usize,
    under_way: &mut Vec<usize>,
    order: &mut Vec<Event>,
    found: &mut Vec<Vec<Event>>,
) {
    if sent == requests && under_way.is_empty() {
        found.push(order.clone());
        return;
    }
    if sent < requests {
        under_way.push(sent);
        order.push(Event::Send(sent));
        extend(requests, sent + 1, under_way, order, found);
        order.pop();
        under_way.pop();
    }
    for place in 0..under_way.len() {
        let arriving = under_way.remove(place);
        order.push(Event::Arrive(arriving));
        extend(requests, sent, under_way, order, found);
        order.pop();
        under_way.insert(place, arriving);
    }
}

#[cfg(test)]
mod tests {
    use super::{assignments, orders};

    #[test]
    fn all_orders_are_there_once() {
        for (requests, expected) in [(1, 1), (2, 3), (3, 15), (4, 105)] {
            let mut all = orders(requests);
            assert_eq!(all.len(), expected);
            all.dedup();
            assert_eq!(all.len(), expected);
        }
        assert_eq!(assignments(3, 2).len(), 8);
    }
}
