import Media
import StableDiffusion
import Walks

/// Pictures of a walk at chosen positions, to measure where it changes.
struct Probes {
  /// What is there, by position in legs, as the distance of pictures sees it.
  private(set) var pyramids: [Double: OklabPyramid] = [:]
  private(set) var evaluations = 0
  private let renderer: Renderer
  /// Where the pictures are kept; nil if they are not.
  private let folder: ProbeFolder?
  private let cancellation: Cancellation
  private var current: (positions: [Double], rendering: Rendering)?

  init(_ renderer: Renderer, keptIn folder: ProbeFolder? = nil, _ cancellation: Cancellation) {
    (self.renderer, self.folder, self.cancellation) = (renderer, folder, cancellation)
  }

  /// The end of a closed path is its beginning.
  private func place(_ position: Double) -> Double {
    renderer.route.isClosed && position == Double(renderer.route.legCount) ? 0 : position
  }

  /// Asks for pictures at some positions; those that are there, also from an earlier run, are not rendered again.
  mutating func request(_ wanted: [Double]) {
    var missing: [Double] = []
    for position in Set(wanted.map(place)).sorted() where pyramids[position] == nil {
      if let picture = folder?.picture(at: position) {
        pyramids[position] = OklabPyramid(picture)
      } else {
        missing.append(position)
      }
    }
    guard !missing.isEmpty else { return }
    let rendering = renderer.placed(at: missing).rendering(Array(missing.indices), cancellation: cancellation)
    current = (missing, rendering)
  }

  /// The next event of rendering what was asked for; nil when it is there.
  mutating func next() throws -> RenderingEvent? {
    guard case (let wanted, var rendering)? = current else { return nil }
    guard let event = try rendering.next() else {
      current = nil
      return nil
    }
    current = (wanted, rendering)
    switch event {
    case .step(let step): evaluations += step.evaluations
    case .preparation(let step): evaluations += step.evaluations
    case .frame(let frame, let picture, _):
      pyramids[wanted[frame]] = OklabPyramid(picture)
      try folder?.write(picture, at: wanted[frame])
    case .encoded: break
    }
    return event
  }

  /// UNet evaluations of a frame at the beginning of the walk.
  var evaluationsOfFrame: Int { (try? renderer.evaluations(of: [0])) ?? 0 }

  func has(_ position: Double) -> Bool { pyramids[place(position)] != nil }

  /// How different the walk looks at two positions that are there.
  func distance(_ one: Double, _ other: Double) -> Double {
    guard let one = pyramids[place(one)], let other = pyramids[place(other)] else {
      preconditionFailure("Positions are compared after they were rendered.")
    }
    return one.distance(to: other)
  }
}
