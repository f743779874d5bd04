//! What must hold of every state of the page, for whoever cannot see it, sees it badly, or has a large finger.

use serde_json::{Value, json};

use crate::screen::Screen;

/// Roles of things that a person acts on.
const CONTROLS: [&str; 12] = [
    "button",
    "link",
    "textbox",
    "checkbox",
    "radio",
    "combobox",
    "Date",
    "spinbutton",
    "DisclosureTriangle",
    "dialog",
    "image",
    "timer",
];

/// A node of the accessibility tree: what a screen reader knows.
pub struct Node {
    pub role: String,
    pub name: String,
    /// Names of the states that are on.
    pub states: Vec<String>,
}

/// What a screen reader would find on the page.
pub async fn tree(screen: &Screen) -> Vec<Node> {
    let answer = screen.devtools("Accessibility.getFullAXTree", json!({})).await;
    let nodes = answer["nodes"].as_array().unwrap();
    nodes.iter().filter(|node| node["ignored"] == json!(false)).map(node).collect()
}

fn node(of: &Value) -> Node {
    let text = |value: &Value| value["value"].as_str().unwrap_or_default().to_owned();
    let states = of["properties"].as_array().into_iter().flatten().filter(|property| {
        let value = &property["value"]["value"];
        *value == json!(true) || *value == json!("true")
    });
    Node {
        role: text(&of["role"]),
        name: text(&of["name"]),
        states: states.map(|property| property["name"].as_str().unwrap().to_owned()).collect(),
    }
}

/// Whether the tree has this control, in this state if one is given.
#[track_caller]
pub fn has(tree: &[Node], role: &str, name: &str, state: &str) {
    let found = tree.iter().any(|node| {
        node.role == role
            && node.name == name
            && (state.is_empty() || node.states.iter().any(|on| on == state))
    });
    let all: Vec<_> =
        tree.iter().filter(|node| node.role == role).map(|node| (&node.name, &node.states)).collect();
    assert!(found, "no {role} {name:?} {state} among {all:?}");
}

/// Everything that must hold of the state that is shown.
#[track_caller]
pub fn good(screen: &Screen) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    async move {
        let tree = tree(screen).await;
        let unnamed: Vec<_> = tree
            .iter()
            .filter(|node| CONTROLS.contains(&&*node.role) && node.name.trim().is_empty())
            .collect();
        assert!(
            unnamed.is_empty(),
            "{caller}: without a name: {:?}",
            unnamed.iter().map(|node| &node.role).collect::<Vec<_>>()
        );
        for landmark in ["banner", "main"] {
            // Behind an open dialog nothing is to be found.
            let dialog = tree.iter().any(|node| node.role == "dialog");
            assert!(dialog || tree.iter().any(|node| node.role == landmark), "{caller}: no {landmark}");
        }
        assert!(tree.iter().any(|node| node.role == "heading"), "{caller}: no heading");
        let complaints = screen.script(LOOK).await;
        assert_eq!(complaints, json!([]), "{caller}");
    }
}

/// Sizes, contrasts, overflow, ids, and words that were not found.
const LOOK: &str = r#"
const complaints = [];
const seen = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: false }) && !node.closest('.sr, .skip, option');
const name = (node) => `${node.tagName.toLowerCase()}#${node.id}.${node.className.baseVal ?? node.className} "${node.textContent.trim().slice(0, 30)}"`;
const open = document.querySelector('dialog[open]') ?? document.body;

for (const node of open.querySelectorAll('button, a[href], input, select, summary')) {
  if (!seen(node)) continue;
  const box = (node.type === 'checkbox' ? node.closest('label') : node).getBoundingClientRect();
  if (Math.min(box.width, box.height) < 47.5) complaints.push(`small: ${name(node)} ${box.width}x${box.height}`);
}

const channels = (colour) => {
  const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
  return { rgb: [r, g, b], a };
};
const over = (top, below) => top.rgb.map((c, i) => c * top.a + below[i] * (1 - top.a));
const ground = (node) => {
  if (!node) return [255, 255, 255];
  const colour = channels(getComputedStyle(node).backgroundColor);
  return colour.a === 1 ? colour.rgb : over(colour, ground(node.parentElement));
};
const light = (rgb) => {
  const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const texts = document.createTreeWalker(open, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const node = texts.currentNode.parentElement;
  const text = texts.currentNode.data.trim();
  if (!text || !seen(node) || node.closest(':disabled, script, style, noscript')) continue;
  const style = getComputedStyle(node);
  const below = ground(node);
  const [a, b] = [light(over(channels(style.color), below)), light(below)].sort((x, y) => y - x);
  const contrast = (a + 0.05) / (b + 0.05);
  const size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
  if (contrast < (large ? 3 : 4.5)) complaints.push(`contrast ${contrast.toFixed(2)}: ${name(node)}`);
  if (/^[a-z]+(_[a-z]+)+$/.test(text)) complaints.push(`no words for: ${text}`);
}

const code = document.querySelector('#code svg');
if (document.body.dataset.view === 'charge') {
  // docs/ux.md: at least half the screen's shorter side, and dark on light by day and by night.
  if (code.getBoundingClientRect().width < Math.min(innerWidth, innerHeight) / 2) complaints.push('a small code');
  if (light(ground(code.parentElement)) < 0.99 || getComputedStyle(code).fill !== 'rgb(0, 0, 0)') complaints.push('a pale code');
}

if (document.documentElement.scrollWidth > innerWidth) complaints.push(`wide: ${document.documentElement.scrollWidth} > ${innerWidth}`);
const ids = [...document.querySelectorAll('[id]')].map((node) => node.id);
for (const id of new Set(ids.filter((one, at) => ids.indexOf(one) !== at))) complaints.push(`twice: ${id}`);
for (const node of document.querySelectorAll('[aria-labelledby], [aria-describedby], label[for]')) {
  const named = ['aria-labelledby', 'aria-describedby', 'for'].flatMap((a) => (node.getAttribute(a) ?? '').split(' ')).filter(Boolean);
  for (const id of named) if (!document.getElementById(id)) complaints.push(`points nowhere: ${id}`);
}
return complaints;
"#;
