// Nothing but the owner of the precompiled header of all libraries.
