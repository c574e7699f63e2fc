#pragma once
#include <cstdint>

#include "engine/patient/patient.hpp"
#include "engine/study/study.hpp"

namespace vcohort {

/// Which option of a choice each child receives: 0 where the measured marker is at or above the threshold, else 1.
/// Shape of `out`: [lane]. The measured marker is the true one plus error_sd times a normal, so that a child has the
/// same luck in its measurement under every strategy that asks for this marker.
/// Draws one normal per lane from marker (block = marker, occasion = attempt), whatever the error.
void choose(std::uint64_t seed, std::uint32_t replicate, const Choice&, const PatientTile&, std::uint8_t* out);

}  // namespace vcohort
