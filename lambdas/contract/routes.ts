/** Where Zoom sends browsers back to; the redirect URL of the Marketplace app ends in it. */
export const CALLBACK_PATH = '/oauth/callback';
