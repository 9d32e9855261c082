//! `queue list` for people.

use super::list::{Listed, ListedQueue};
use super::measure::{age, bytes, count, seconds_since, shortened};
use crate::table::table;

/// All of it as text.
pub fn render(folders: &[Listed]) -> String {
    if folders.is_empty() {
        return "the configuration has no `file_storage`: nothing is kept on disk\n".to_owned();
    }
    folders.iter().map(folder).collect::<Vec<_>>().join("\n")
}

fn folder(folder: &Listed) -> String {
    let who = match &folder.running {
        Some(holder) => format!("in use by {holder}"),
        None => "no collector is running on it".to_owned(),
    };
    let mut text = format!("{}: {who}\n", folder.directory);
    if folder.pipelines.is_empty() {
        text.push_str("\nnothing was ever kept here\n");
        return text;
    }
    text.push_str(&waiting(&folder.pipelines));
    text.push_str(&troubles(folder));
    text.push_str(&dead_letters(&folder.pipelines));
    let advice: Vec<String> = folder.pipelines.iter().flat_map(advice).collect();
    if !advice.is_empty() {
        text.push('\n');
        text.push_str(&advice.concat());
    }
    if !folder.has_configuration {
        text.push_str("\nwith --config, destinations that no configuration has any more are named\n");
    }
    text
}

fn waiting(queues: &[ListedQueue]) -> String {
    let header = ["PIPELINE", "DESTINATION", "WAITING", "BYTES", "OLDEST", "NEXT RECORD"];
    let mut rows = vec![header.map(str::to_owned)];
    for queue in queues {
        for destination in &queue.destinations {
            let mark = match (destination.is_damaged, destination.is_configured) {
                (true, _) => " (progress damaged)",
                (false, Some(false)) => " (not configured)",
                (false, _) => "",
            };
            rows.push([
                queue.pipeline.clone(),
                format!("{}{mark}", destination.exporter),
                destination.items.to_string(),
                bytes(destination.bytes),
                destination.oldest_ms.map_or_else(|| "-".to_owned(), |at| age(seconds_since(at))),
                destination.next_sequence.to_string(),
            ]);
        }
    }
    let mut text = String::from("\n");
    if rows.len() > 1 {
        text.push_str(&table(&rows, &[2, 3, 4, 5]));
        text.push('\n');
    }
    for queue in queues {
        let files = count(queue.files as u64, "file");
        text.push_str(&format!("{} holds {}", queue.pipeline, bytes(queue.bytes)));
        if let Some(most) = queue.bytes_max.filter(|most| *most > 0) {
            let share = u128::from(queue.bytes) * 100 / u128::from(most);
            text.push_str(&format!(" of {} ({share} %)", bytes(most)));
        }
        text.push_str(&format!(" in {files}"));
        if queue.dead_letter_bytes > 0 {
            text.push_str(&format!(", and {} of dead letters", bytes(queue.dead_letter_bytes)));
        }
        text.push('\n');
    }
    let waits = queues.iter().flat_map(|queue| &queue.destinations).any(|destination| destination.items > 0);
    if !waits {
        text.push_str("nothing waits: every destination has everything\n");
    }
    text
}

/// Why it waits.
fn troubles(folder: &Listed) -> String {
    let mut text = String::new();
    for queue in &folder.pipelines {
        for destination in &queue.destinations {
            let Some(trouble) = &destination.trouble else { continue };
            text.push_str(&format!(
                "{}: {} takes nothing since {}: {}, {}\n",
                queue.pipeline,
                destination.exporter,
                age(seconds_since(trouble.since_ms)),
                count(trouble.attempts, "attempt"),
                shortened(&trouble.message)
            ));
        }
    }
    let waits = folder.pipelines.iter().flat_map(|queue| &queue.destinations).any(|to| to.items > 0);
    if let Some(why) = folder.not_asked.as_ref().filter(|_| waits) {
        text.push_str(&format!("why it waits is not known: {why}\n"));
    }
    text
}

fn dead_letters(queues: &[ListedQueue]) -> String {
    let header = ["PIPELINE", "DESTINATION", "REASON", "ITEMS", "LETTERS", "OLDEST", "LAST MESSAGE"];
    let mut rows = vec![header.map(str::to_owned)];
    let mut uncertain = 0;
    for queue in queues {
        for letters in &queue.dead_letters {
            let mark = if letters.of_uncertain > 0 { "*" } else { "" };
            uncertain += letters.of_uncertain;
            rows.push([
                queue.pipeline.clone(),
                letters.exporter.clone(),
                letters.reason.clone(),
                format!("{}{mark}", letters.items),
                letters.letters.to_string(),
                age(seconds_since(letters.oldest_ms)),
                shortened(&letters.message),
            ]);
        }
    }
    if rows.len() == 1 {
        return "no dead letters\n".to_owned();
    }
    let mut text = format!("\ndead letters, refused for good:\n{}", table(&rows, &[3, 4, 5]));
    if uncertain > 0 {
        text.push_str(&format!(
            "* among them letters of which only some items were refused, and the destination did not say which: they \
             hold {uncertain} items, and the others of them were delivered\n"
        ));
    }
    text
}

/// What to do about what is not as it should be.
fn advice(queue: &ListedQueue) -> Vec<String> {
    let pipeline = &queue.pipeline;
    let mut advice = Vec::new();
    if let Some(error) = &queue.error {
        advice.push(format!("error: {pipeline} cannot be read: {error}\n"));
    }
    for destination in
        queue.destinations.iter().filter(|destination| destination.is_configured == Some(false))
    {
        let exporter = &destination.exporter;
        advice.push(format!(
            "{pipeline}: the configuration has no exporter `{exporter}` in this pipeline any more, and {} ({}) are kept for \
             it: put it back to deliver them, or give them up with `codeagent-collector queue drop --pipeline {pipeline} \
             --exporter {exporter}`\n",
            count(destination.items, "item"),
            bytes(destination.bytes),
        ));
    }
    for destination in queue.destinations.iter().filter(|destination| destination.is_damaged) {
        advice.push(format!(
            "{pipeline}: the file with the progress of `{}` is damaged or gone, so nobody knows what it has got: it gets all again\n",
            destination.exporter
        ));
    }
    if !queue.damaged_files.is_empty() {
        let (files, total) = (&queue.damaged_files, queue.damaged_files.iter().map(|file| file.bytes).sum());
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        advice.push(format!(
            "{pipeline}: {} ({}) had holes and were kept aside for you to look at; remove them when you have: {}\n",
            count(files.len() as u64, "file"),
            bytes(total),
            names.join(", ")
        ));
    }
    if queue.dead_letter_items_gone > 0 {
        let items = count(queue.dead_letter_items_gone, "item");
        advice.push(format!("{pipeline}: {items} of dead letters are damaged; `queue verify` says where\n"));
    }
    advice
}
