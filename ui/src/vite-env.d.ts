/// <reference types="svelte" />
/// <reference types="vite/client" />

/** Of the package that was built. */
declare const __DEALBELL_VERSION__: string;
