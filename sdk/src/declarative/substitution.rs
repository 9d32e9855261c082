//! `${NAME}` in a value: <https://opentelemetry.io/docs/specs/otel/configuration/data-model/#environment-variable-substitution>.

/// The text with every reference replaced, once: what a variable holds is not looked at again.
pub(super) fn substituted(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        rest = match (from.strip_prefix("$$"), from.strip_prefix("${")) {
            (Some(after), _) => {
                out.push('$');
                after
            }
            (_, Some(after)) => {
                let (reference, after) =
                    after.split_once('}').ok_or_else(|| format!("`{from}` has no `}}`"))?;
                out.push_str(&value(reference, variable)?);
                after
            }
            _ => {
                out.push('$');
                from.get(1..).unwrap_or_default()
            }
        };
    }
    out.push_str(rest);
    Ok(out)
}

fn value(reference: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let inner = reference.strip_prefix("env:").unwrap_or(reference);
    let (name, otherwise) = inner.split_once(":-").unwrap_or((inner, ""));
    let mut letters = name.bytes();
    let begins_well = letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_');
    if !begins_well || !letters.all(|letter| letter.is_ascii_alphanumeric() || letter == b'_') {
        return Err(format!(
            "`${{{reference}}}` is no reference to a variable of the environment; write `$$` for a `$`"
        ));
    }
    Ok(variable(name).filter(|value| !value.is_empty()).unwrap_or_else(|| otherwise.to_owned()))
}
