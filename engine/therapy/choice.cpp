#include "engine/therapy/choice.hpp"

#include "engine/numeric/errors.hpp"
#include "engine/random/tile_draws.hpp"

namespace vcohort {

namespace {

double true_marker(Marker marker, const PatientTile& patient, int lane) {
  switch (marker) {
    case Marker::inflammation:
      return patient.inflammation[lane];
    case Marker::white_matter:
      return static_cast<Injury>(patient.injury[lane]) == Injury::white_matter ? 1 : 0;
    case Marker::genotype:
      return patient.carrier[lane];
  }
  throw InternalError("a choice by an unknown marker");
}

}  // namespace

void choose(std::uint64_t seed, std::uint32_t replicate, const Choice& choice, const PatientTile& patient,
            std::uint8_t* out) {
  Lanes<double> error;
  double* const errors[] = {error.data()};
  TileAddress address;
  address.seed = seed;
  address.replicate = replicate;
  address.purpose = Purpose::marker;
  address.block = static_cast<std::uint16_t>(choice.marker);
  address.occasions = patient.attempt.data();
  tile_normals(address, patient.patient.data(), patient.lanes, 1, errors);
  for (int i = 0; i < patient.lanes; ++i)
    out[i] = true_marker(choice.marker, patient, i) + choice.error_sd * error[i] < choice.threshold;
}

}  // namespace vcohort
