//! What the commands print about themselves, between the output of what they run.

pub fn heading(text: &str) {
    println!("\n== {text}");
}

pub fn say(text: &str) {
    println!("   {text}");
}
