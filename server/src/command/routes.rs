use crate::routes;
use std::error::Error;

pub fn print(json: bool) -> Result<(), Box<dyn Error>> {
    let routes = routes::all();
    if json {
        println!("{}", serde_json::to_string_pretty(&routes)?);
    } else {
        for route in routes {
            println!("{:<5} {:<45} {:?}", route.method, route.path, route.access);
        }
    }
    Ok(())
}
