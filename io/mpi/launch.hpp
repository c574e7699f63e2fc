#pragma once

namespace vcohort {

/// How this process was started, as its environment tells. Costs nothing: no MPI library is asked.
struct Launch {
  int rank = 0;
  int size = 1;           // processes of this launch; 1 where nobody says
  bool can_join = false;  // mpirun, or srun with PMIx: MPI can bring the processes together
};

/// Reads the variables of OpenMPI's mpirun, of PMIx and PMI (srun --mpi=pmix, MPICH), and of a bare srun.
Launch launch_of_environment();

}  // namespace vcohort
