//! Texts inside Rust: literals and comments.

/// A string literal.
pub fn literal(text: &str) -> String {
    format!("{text:?}")
}

/// A doc comment, each paragraph on lines of its own.
pub fn doc<S: AsRef<str>>(indent: &str, paragraphs: impl IntoIterator<Item = S>) -> String {
    let mut out = String::new();
    for paragraph in paragraphs {
        let paragraph = paragraph.as_ref().trim();
        if paragraph.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push_str(&format!("{indent}///\n"));
        }
        for line in wrap(&escaped(paragraph), 112 - indent.len()) {
            out.push_str(&format!("{indent}/// {line}\n"));
        }
    }
    out
}

/// Outside backquotes, what rustdoc would take for a link or for HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, part) in text.split('`').enumerate() {
        if at > 0 {
            out.push('`');
        }
        if at % 2 == 0 {
            out.push_str(&part.replace('[', "\\[").replace(']', "\\]").replace('<', "\\<"));
        } else {
            out.push_str(part);
        }
    }
    out
}

/// Lines of at most `width` characters where words allow it.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::doc;

    #[test]
    fn a_comment_escapes_links_and_html_outside_backquotes() {
        let comment = doc("", ["An [index] of <keys>, as in `a[0]`.", "", "More."]);
        assert_eq!(comment, "/// An \\[index\\] of \\<keys>, as in `a[0]`.\n///\n/// More.\n");
    }
}
