#pragma once

namespace vcohort {

/// What to do when the output is already there.
enum class Existing { refuse, overwrite };

}  // namespace vcohort
