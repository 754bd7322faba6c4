//! `/invoices`: for those who may read invoices.

use scalekit_session::Session;

use super::layout::Place;
use super::{Pages, Visitor};

/// The permission that the page asks for.
pub const CAN_READ_INVOICES: &str = "invoices:read";

impl Pages {
    /// The invoices, for somebody who may read them: it is for the caller to make sure.
    #[must_use]
    pub fn invoices(self, session: &Session) -> String {
        let due: u32 = INVOICES
            .iter()
            .filter(|invoice| invoice.status != Status::Paid)
            .map(|invoice| invoice.cents)
            .sum();
        let content = format_args!(
            "<header class=\"page\"><div><p class=\"eyebrow\">Invoices</p><h1>{due} to pay</h1></div></header>\
         <section class=\"card flush\"><div class=\"scroll\"><table><thead><tr>\
         <th>Number</th><th>From</th><th>Due</th><th>Status</th><th class=\"amount\">Amount</th></tr></thead>\
         <tbody>{rows}</tbody></table></div></section>",
            due = dollars(due),
            rows = INVOICES.iter().map(row).collect::<String>(),
        );
        self.page("Invoices", Place::Invoices, Visitor::SignedIn(session), content)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Paid,
    Open,
    Overdue,
}

struct Invoice {
    number: &'static str,
    from: &'static str,
    due: &'static str,
    status: Status,
    cents: u32,
}

const INVOICES: [Invoice; 6] = [
    invoice("INV-2041", "Northwind Hosting", "2026-12-01", Status::Open, 124_900),
    invoice("INV-2038", "Bright Office Supplies", "2026-11-24", Status::Open, 31_840),
    invoice("INV-2035", "Lumen Electric", "2026-11-12", Status::Overdue, 74_215),
    invoice("INV-2029", "Northwind Hosting", "2026-11-01", Status::Paid, 124_900),
    invoice("INV-2022", "Harbor Legal", "2026-10-20", Status::Paid, 286_000),
    invoice("INV-2017", "Northwind Hosting", "2026-10-01", Status::Paid, 119_900),
];

const fn invoice(
    number: &'static str,
    from: &'static str,
    due: &'static str,
    status: Status,
    cents: u32,
) -> Invoice {
    Invoice { number, from, due, status, cents }
}

fn row(invoice: &Invoice) -> String {
    let Invoice { number, from, due, status, cents } = invoice;
    let (class, label) = match status {
        Status::Paid => ("paid", "Paid"),
        Status::Open => ("open", "Open"),
        Status::Overdue => ("overdue", "Overdue"),
    };
    format!(
        "<tr><td><code>{number}</code></td><td>{from}</td><td>{due}</td>\
         <td><span class=\"status {class}\">{label}</span></td><td class=\"amount\">{amount}</td></tr>",
        amount = dollars(*cents),
    )
}

fn dollars(cents: u32) -> String {
    let (whole, rest) = (cents / 100, cents % 100);
    match (whole / 1000, whole % 1000) {
        (0, below) => format!("${below}.{rest:02}"),
        (thousands, below) => format!("${thousands},{below:03}.{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_their_separators() {
        assert_eq!(dollars(31_840), "$318.40");
        assert_eq!(dollars(286_005), "$2,860.05");
        assert_eq!(dollars(100_000), "$1,000.00");
    }
}
