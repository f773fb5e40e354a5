/// How a family of samplers reads the name of a schedule. The families are those of diffusers' schedulers, which under one
/// name visit different levels.
enum LevelSpacing {
  /// DDIM and PNDM: whole timesteps. In diffusers' schedules a step goes T / steps timesteps down, rounded, whether or not
  /// the next step begins just there.
  case strides
  /// Euler, Heun and LMS, which came from k-diffusion: as many levels as steps, also between the training's; the last step
  /// ends without noise.
  case continuous
  /// DPM-Solver++ and UniPC: the way is divided into as many intervals as steps and a step begins at the noisy end of each;
  /// the last ends without noise. Whole timesteps, whatever the sigma.
  case intervals
  /// LCM: some of the fifty levels at which the model was distilled.
  case distilled
}
