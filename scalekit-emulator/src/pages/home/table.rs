use super::super::escape::Text;

/// A heading and rows of text; one that has no rows says so.
pub(super) fn table(title: &str, heads: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let heads = heads.iter().map(|head| format!("<th>{}</th>", Text(head))).collect::<String>();
    let rows = rows
        .map(|cells| {
            let cells = cells.iter().map(|cell| format!("<td>{}</td>", Text(cell))).collect::<String>();
            format!("<tr>{cells}</tr>\n")
        })
        .collect::<String>();
    let title = Text(title);
    if rows.is_empty() {
        return format!("<h2>{title}</h2>\n<p>None yet.</p>\n");
    }
    format!(
        r#"<h2>{title}</h2>
<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>
{rows}</tbody></table></div>
"#
    )
}
