import Sampling
import Tensors

/// Attention interpolation: in-betweens of a batch that attend to their two parents, too, so that they share the parents'
/// shapes and colours and no cut lies between them. For bridges over places where a model jumps.
///
///     let pipeline = try StableDiffusionPipeline(ModelFolder(path: "stable-diffusion-v1-5"))
///     let encoder = try pipeline.promptEncoder()
///     let (dog, cat) = (encoder("a dog").conditioning, encoder("a cat").conditioning)
///     // The batch: both parents, then what lies between them.
///     let attention = AttentionInterpolation(fractions: [0.25, 0.5, 0.75])
///     let prompts = [0, 1, 0.25, 0.5, 0.75].map { Conditioning.combined([dog, cat], weights: [1 - $0, $0]) }
///     let guidance = Guidance(
///       conditional: prompts, unconditional: prompts.map { _ in encoder("").conditioning },
///       scales: prompts.map { _ in 7.5 })
///     let noise = NoiseGenerator.pytorch.normals(seed: 42, draw: 0, height: 64, width: 64, channels: 4)
///     let schedule = try pipeline.schedule(steps: 25, kind: .keras)
///     let denoising = try pipeline.denoising(
///       noise.images(at: [0, 0, 0, 0, 0]), guidedBy: guidance, through: schedule, attention: attention)
///
/// With queries Q, keys K and values V of each self-attention of the UNet, indices 0 and 1 for the parents and t for an
/// in-between (semicolons concatenate tokens):
///
///     (1 - t) softmax(Q_t [K_t; K_0]^T / sqrt(d)) [V_t; V_0] + t softmax(Q_t [K_t; K_1]^T / sqrt(d)) [V_t; V_1]
///
/// Parents attend to themselves only. An in-between has the same bits whatever else is in the batch.
///
/// Source: He et al., "AID: Attention Interpolation of Text-to-Image Diffusion" (arXiv 2403.17924), fused outer
/// interpolation of self-attention.
public struct AttentionInterpolation: Sendable, Hashable {
  /// An image's place between two others of its batch.
  public struct Between: Sendable, Hashable {
    /// The index of the parent at t = 0.
    public let first: Int
    /// The index of the parent at t = 1.
    public let second: Int
    /// 0 ... 1
    public let t: Double

    public init(_ first: Int, _ second: Int, t: Double) {
      (self.first, self.second, self.t) = (first, second, t)
    }
  }

  /// One for each image of the batch; nil for images that attend to themselves only.
  public let images: [Between?]
  /// The steps of the schedule in which attention is interpolated, those that its levels belong to; nil for all.
  public let steps: Range<Int>?

  /// - Parameter images: the parents of an image are images for which this is nil.
  public init(_ images: [Between?], steps: Range<Int>? = nil) {
    for case let between? in images {
      precondition(0...1 ~= between.t, "An image lies between its parents, not at \(between.t).")
      precondition(
        [between.first, between.second].allSatisfy { images.indices ~= $0 && images[$0] == nil },
        "Parents are images of the batch that attend to themselves only.")
    }
    self.images = images
    self.steps = steps
  }

  /// For a batch of two parents and in-betweens of theirs, in this order.
  public init(fractions: [Double], steps: Range<Int>? = nil) {
    self.init([nil, nil] + fractions.map { Between(0, 1, t: $0) }, steps: steps)
  }

  /// This, if attention is interpolated in the step of a level.
  func during(_ level: NoiseLevel, of schedule: SamplingSchedule) -> AttentionInterpolation? {
    guard let steps else { return self }
    return schedule.levels.firstIndex(of: level).map(steps.contains) == true ? self : nil
  }

  /// For a batch that holds all images several times, as guidance does, with parents among their own.
  func repeated(_ times: Int) -> AttentionInterpolation {
    AttentionInterpolation(
      (0..<times).flatMap { time in
        let offset = time * images.count
        return images.map { $0.map { Between($0.first + offset, $0.second + offset, t: $0.t) } }
      }, steps: steps)
  }

  /// The attention of a whole batch.
  /// - Parameters:
  ///   - qkv: queries, keys and values side by side, [n, tokens, 3 * channels].
  ///   - attend: queries of the first with keys and values of the second, each like `qkv`, the second with any number of
  ///     tokens.
  /// - Returns: [n, tokens, channels]
  func callAsFunction(_ qkv: Tensor, attend: (_ x: Tensor, _ y: Tensor) -> Tensor) -> Tensor {
    let inBetweens = images.indices.filter { images[$0] != nil }
    let others = images.indices.filter { images[$0] == nil }
    guard !inBetweens.isEmpty else { return attend(qkv, qkv) }
    let places = images.compactMap { $0 }
    let (tokens, width) = (qkv.shape[1], qkv.shape[2])
    let x = qkv.images(at: inBetweens)
    func attended(beside parents: [Int]) -> Tensor {
      let pairs = zip(inBetweens, parents).flatMap { [$0, $1] }
      return attend(x, qkv.images(at: pairs).reshaped([x.shape[0], 2 * tokens, width]))
    }
    let (first, second) = (attended(beside: places.map(\.first)), attended(beside: places.map(\.second)))
    let outer = mix(places.map { Float(1 - $0.t) }, first, places.map { Float($0.t) }, second)
    let alone = qkv.images(at: others)
    let order = others + inBetweens
    return Tensor.batch([attend(alone, alone), outer]).images(
      at: order.indices.sorted { order[$0] < order[$1] })
  }
}
