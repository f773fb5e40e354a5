import LatentWalk

/// The walks that methods are compared on: the bundled model, one seed each, its own size and 25 DDIM steps.
///
/// The pairs are those of `walks-measured.md` as far as it names them: a dog and a cat, a boy and an old man, and the
/// pairs on which its search for jumps was tried.
enum WalkSet {
  static let pairs: [(name: String, prompts: [String], seed: UInt64)] = [
    ("dog to cat", ["A photograph of a dog", "A photograph of a cat"], 2),
    ("boy to old man", ["A photograph of a boy", "A photograph of an old man"], 1),
    ("bear to palm", ["A photograph of a bear", "A photograph of a palm tree"], 3),
    ("castle to sun", ["A photograph of a castle", "A photograph of a sun"], 4),
    ("rose to Earth", ["A photograph of a rose", "A photograph of the Earth"], 5),
    ("robot to owl", ["A photograph of a robot", "A photograph of an owl"], 6),
    ("koala to penguin", ["A photograph of a koala", "A photograph of a penguin"], 7),
    ("heart to sunflower", ["A photograph of a heart", "A photograph of a sunflower"], 8),
  ]

  static func drafts(frames: Int) -> [(name: String, draft: RecipeDraft)] {
    pairs.map { name, prompts, seed in
      var draft = RecipeDraft(.interpolate, prompts: prompts)
      (draft.seed, draft.frames) = (seed, frames)
      return (name, draft)
    }
  }
}

/// A way to make the frames between two key frames.
struct Method {
  let name: String
  let change: @Sendable (inout RecipeDraft.Smoothing) -> Void

  static let all = [
    Method(name: "plain") { _ in },
    Method(name: "even 0.15") { $0.even = 0.15 },
    Method(name: "even 0.3") { $0.even = 0.3 },
    Method(name: "even 0.6") { $0.even = 0.6 },
    Method(name: "blend 0.3") { $0.blend = 0.3 },
    Method(name: "blend 0.3, even 0.3") { ($0.blend, $0.even) = (0.3, 0.3) },
    Method(name: "attention") { $0.attention = true },
    Method(name: "attention, even 0.3") { ($0.attention, $0.even) = (true, 0.3) },
    Method(name: "even 0.3, bridge") { ($0.even, $0.bridging) = (0.3, .attention) },
  ]
}
